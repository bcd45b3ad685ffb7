// Carries a script out in a page, and writes down what can be seen. The function is sent to the browser as text:
// it may use nothing from outside of itself.

import type { Script } from './script.ts';

/** What happened in a step: of each side its events in order, and how it stands at the end. */
export interface SideObservation {
  log: string[];
  state: string[];
}

export interface StepObservation {
  a: SideObservation;
  b: SideObservation;
}

export interface Observation {
  seed: number;
  steps: StepObservation[];
  /** The model's: the quirks that were needed, by step and name. */
  quirks?: string[][];
}

export async function runInPage(script: Script): Promise<Observation> {
  type Side = 'a' | 'b';
  interface End {
    connection: RTCPeerConnection;
    log: string[];
    descriptions: RTCSessionDescriptionInit[];
  }

  const ends = {} as Record<Side, End>;
  const ufrags: string[] = [];
  const sinks: AudioContext[] = [];

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const nameOf = (error: unknown): string => (error as Error).name;

  function open(): End {
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const log: string[] = [];
    connection.onnegotiationneeded = () => void log.push('negotiationneeded');
    connection.onsignalingstatechange = () => void log.push(`signalingstatechange ${connection.signalingState}`);
    connection.ontrack = ({ transceiver, track }) =>
      void log.push(`track ${track.kind} mid ${transceiver.mid} in ${connection.signalingState}`);
    return { connection, log, descriptions: [] };
  }

  function track(kind: 'audio' | 'video'): MediaStreamTrack {
    if (kind === 'audio') {
      const context = new AudioContext();
      sinks.push(context);
      return context.createMediaStreamDestination().stream.getAudioTracks()[0] as MediaStreamTrack;
    }
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    return canvas.captureStream().getVideoTracks()[0] as MediaStreamTrack;
  }

  // A ufrag is named by when it was first seen.
  function generation(ufrag: string): string {
    if (!ufrags.includes(ufrag)) ufrags.push(ufrag);
    return `g${ufrags.indexOf(ufrag)}`;
  }

  function lines(description: RTCSessionDescription | null): string {
    if (!description) return 'none';
    const sections = description.sdp.split(/^m=/m).slice(1);
    const found = new Set<string>();
    const texts = sections.map((section) => {
      const [, kind, port] = /^(\w+) (\d+)/.exec(section) ?? [];
      const mid = /^a=mid:(.*?)\r?$/m.exec(section)?.[1];
      const direction = /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(section)?.[1] ?? 'sendrecv';
      const rejected = port === '0' && !/^a=bundle-only\r?$/m.test(section);
      for (const [, ufrag] of section.matchAll(/^a=ice-ufrag:(.*?)\r?$/gm)) if (ufrag && !rejected) found.add(ufrag);
      return rejected ? `${kind}:${mid}:rejected` : kind === 'application' ? `${kind}:${mid}` : `${kind}:${mid}:${direction}`;
    });
    return `${description.type} [${texts.join(' ')}] ${[...found].map(generation).join(',')}`;
  }

  function stateOf({ connection }: End): string[] {
    if (connection.signalingState === 'closed') return ['closed'];
    return [
      connection.signalingState,
      `local ${lines(connection.currentLocalDescription)} pending ${lines(connection.pendingLocalDescription)}`,
      `remote ${lines(connection.currentRemoteDescription)} pending ${lines(connection.pendingRemoteDescription)}`,
      ...connection.getTransceivers().map(
        (each) => `${each.receiver.track.kind} mid ${each.mid} ${each.direction} current ${each.currentDirection}`,
      ),
    ];
  }

  function candidateFor(connection: RTCPeerConnection, of: string, line: string): RTCIceCandidateInit {
    const sdp = connection.signalingState === 'closed' ? '' : (connection.remoteDescription?.sdp ?? '');
    const current = /^a=ice-ufrag:(.*?)\r?$/m.exec(sdp)?.[1];
    const mid = /^a=mid:(.*?)\r?$/m.exec(sdp)?.[1];
    const usernameFragment =
      of === 'current' ? current : of === 'first' ? ufrags[0] : of === 'unknown' ? 'nobody' : undefined;
    return {
      candidate: 'candidate:1 1 udp 2122260223 127.0.0.1 9 typ host',
      ...(usernameFragment !== undefined && { usernameFragment }),
      ...(line === 'first' && { sdpMid: mid ?? '0' }),
      ...(line === 'beyond' && { sdpMid: 'nowhere' }),
      ...(line === 'index' && { sdpMLineIndex: 0 }),
    };
  }

  type Operation = Script['steps'][number]['operations'][number];

  // Undefined: done, or refused, at once.
  function begin(operation: Operation): Promise<unknown> | undefined | 'skipped' {
    const { connection } = ends[operation.on];
    // Firefox throws where a closed connection is only looked at.
    const all = connection.signalingState === 'closed' ? [] : connection.getTransceivers();
    const transceiver = 't' in operation ? all[operation.t % Math.max(1, all.length)] : undefined;
    if ('t' in operation && !transceiver) return 'skipped';
    switch (operation.do) {
      case 'addTransceiver':
        connection.addTransceiver(operation.kind, { direction: operation.direction, streams: [new MediaStream()] });
        return undefined;
      case 'setDirection':
        transceiver!.direction = operation.direction;
        return undefined;
      case 'bind':
        transceiver!.direction = 'sendrecv';
        transceiver!.sender.setStreams(new MediaStream());
        return undefined;
      case 'replaceTrack':
        return transceiver!.sender.replaceTrack(operation.kind === 'none' ? null : track(operation.kind));
      case 'stop':
        transceiver!.stop();
        return undefined;
      case 'setLocal':
        return connection.setLocalDescription();
      case 'setRemote': {
        const { descriptions } = ends[operation.on === 'a' ? 'b' : 'a'];
        const description = descriptions[descriptions.length - 1 - operation.back];
        return description ? connection.setRemoteDescription(description) : 'skipped';
      }
      case 'rollBackLocal':
        return connection.setLocalDescription({ type: 'rollback' });
      case 'rollBackRemote':
        return connection.setRemoteDescription({ type: 'rollback' });
      case 'restartIce':
        connection.restartIce();
        return undefined;
      case 'createDataChannel':
        connection.createDataChannel('x', operation.negotiated ? { negotiated: true, id: 0 } : {});
        return undefined;
      case 'addCandidate':
        return connection.addIceCandidate(candidateFor(connection, operation.of, operation.line));
      case 'close':
        connection.close();
        return undefined;
    }
  }

  async function runStep(operations: Operation[], first: number): Promise<StepObservation> {
    const ended = new Map<number, Promise<unknown>>();
    operations.forEach((operation, at) => {
      const number = first + at;
      const { log, connection } = ends[operation.on];
      const start = (): Promise<unknown> => {
        let result: ReturnType<typeof begin>;
        try {
          result = begin(operation);
        } catch (error) {
          log.push(`${number} threw ${nameOf(error)}`);
          return Promise.resolve();
        }
        if (result === 'skipped') log.push(`${number} skipped`);
        if (result === undefined || result === 'skipped') return Promise.resolve();
        return result.then(
          () => void log.push(`${number} done in ${connection.signalingState}`),
          (error: unknown) => void log.push(`${number} ${nameOf(error)} in ${connection.signalingState}`),
        );
      };
      const before = operation.after === undefined ? undefined : ended.get(operation.after);
      ended.set(number, before ? before.then(start) : start());
    });
    const anyClosed = (): boolean => Object.values(ends).some(({ connection }) => connection.signalingState === 'closed');
    let over = false;
    // What a closed connection was asked may never end.
    const limit = async (): Promise<void> => {
      await pause(anyClosed() ? 250 : 5000);
      if (over || anyClosed()) return;
      for (const end of Object.values(ends)) end.log.push('hangs');
    };
    await Promise.race([
      Promise.all(ended.values()).then(() => void (over = true)),
      pause(40).then(() => (anyClosed() && !over ? pause(250) : limit())),
    ]);
    // Events that were queued behind the last end.
    for (let round = 0; round < 4; round++) await pause(4);
    const observation = { a: { log: [], state: [] }, b: { log: [], state: [] } } as StepObservation;
    for (const side of ['a', 'b'] as const) {
      const end = ends[side];
      observation[side] = { log: end.log.splice(0), state: stateOf(end) };
      const description = end.connection.signalingState === 'closed' ? null : end.connection.localDescription;
      const newest = end.descriptions[end.descriptions.length - 1];
      if (description && (description.type !== newest?.type || description.sdp !== newest.sdp)) {
        // A description grows by the candidates that were gathered: the first form is the one that is sent.
        const bare = (sdp: string | undefined): string => (sdp ?? '').replace(/^(a=(candidate|end-of-candidates)|c=|m=\w+ ).*$/gm, '');
        if (description.type !== newest?.type || bare(description.sdp) !== bare(newest.sdp)) {
          end.descriptions.push({ type: description.type, sdp: description.sdp });
        }
      }
    }
    return observation;
  }

  ends.a = open();
  ends.b = open();
  const steps: StepObservation[] = [];
  let number = 0;
  for (const { operations } of script.steps) {
    steps.push(await runStep(operations, number));
    number += operations.length;
  }
  for (const { connection } of Object.values(ends)) connection.close();
  for (const sink of sinks) void sink.close();
  return { seed: script.seed, steps };
}
