// Session descriptions of the fake peer connections: written and read here only, with those lines that the core looks
// at where real ones have them.

export interface FakeLine {
  mid: string;
  kind: 'audio' | 'video' | 'application';
  direction: RTCRtpTransceiverDirection;
}

export interface FakeSdp {
  ufrag: string;
  fingerprint: string;
  lines: FakeLine[];
}

export function writeSdp({ ufrag, fingerprint, lines }: FakeSdp): string {
  const text = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${lines.map(({ mid }) => mid).join(' ')}`];
  for (const { mid, kind, direction } of lines) {
    text.push(kind === 'application' ? 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel' : `m=${kind} 9 UDP/TLS/RTP/SAVPF 96`);
    text.push(`a=ice-ufrag:${ufrag}`, `a=fingerprint:sha-256 ${fingerprint}`, `a=mid:${mid}`);
    if (kind !== 'application') text.push(`a=${direction}`);
  }
  return `${text.join('\r\n')}\r\n`;
}

export function readSdp(sdp: string): FakeSdp {
  const result: FakeSdp = { ufrag: '', fingerprint: '', lines: [] };
  if (!sdp.startsWith('v=0')) throw new DOMException('This is no SDP', 'OperationError');
  for (const line of sdp.split('\r\n')) {
    const [, kind] = /^m=(\w+)/.exec(line) ?? [];
    if (kind) result.lines.push({ mid: '', kind: kind as FakeLine['kind'], direction: 'sendrecv' });
    const last = result.lines.at(-1);
    const [, key, value = ''] = /^a=([\w-]+):?(.*)$/.exec(line) ?? [];
    if (key === 'ice-ufrag') result.ufrag = value;
    else if (key === 'fingerprint') result.fingerprint = value;
    else if (key === 'mid' && last) last.mid = value;
    else if (last && (key === 'sendrecv' || key === 'sendonly' || key === 'recvonly' || key === 'inactive')) last.direction = key;
  }
  return result;
}

export const sends = (direction: RTCRtpTransceiverDirection): boolean => direction === 'sendrecv' || direction === 'sendonly';
export const receives = (direction: RTCRtpTransceiverDirection): boolean => direction === 'sendrecv' || direction === 'recvonly';

export function directionOf(send: boolean, receive: boolean): RTCRtpTransceiverDirection {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}
