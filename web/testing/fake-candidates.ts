// What a fake connection gathers: two candidates for each generation, and the end of them.

/** Null, or an empty candidate, is the end: some browsers say both. */
export function candidatesOf(usernameFragment: string, sdpMid: string): (RTCIceCandidate | null)[] {
  const words = [5000, 5001].map((port) => `candidate:1 1 udp 2122260223 10.0.0.1 ${port} typ host ufrag ${usernameFragment}`);
  const all = [...words, ''].map((candidate) => ({ candidate, sdpMid, sdpMLineIndex: 0, usernameFragment }) as RTCIceCandidate);
  return [...all, null];
}
