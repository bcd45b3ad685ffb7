// A program: two clients of ours in one process, over peer connections that are real and know no implicit rollback,
// share their screens at the same moment. Prints what came of it as one line of JSON and exits with 0; judges
// nothing. A program of its own because this runtime's native part may take its process with it when it closes.

import { writeSync } from 'node:fs';
import wrtc from '@roamhq/wrtc';
import type { SlotsByMid } from '../../bindings/client-types.ts';
import type { Peer, PeerPort } from '../../bindings/ports.ts';
import type { Meeting } from '../../web/sdk/meeting.ts';
import type { Person } from './fake-world.ts';
import type { End, Findings, MeetingFindings } from './wrtc-findings.ts';
import { BrowserDevices } from '../../bindings/browser/media-devices.ts';
import { peerPort } from '../../bindings/browser/peer-connection.ts';
import { FakeStream, asStream } from '../../web/testing/fake-media.ts';
import { FakeWorld } from './fake-world.ts';
import { until } from './waiting.ts';

const msMax = 15_000;
// So that both roles, giving way and being given way, come to the one who was there first and to the newcomer.
const maxMeetings = 8;

/** Nobody passes before so many have come. */
class Gate {
  #missing: number;
  #open = (): void => {};
  readonly #opened = new Promise<void>((resolve) => (this.#open = resolve));

  constructor(missing: number) {
    this.#missing = missing;
  }

  pass(): Promise<void> {
    if (--this.#missing <= 0) this.#open();
    return this.#opened;
  }
}

// ---- devices: plain pictures of one brightness each, by which the receiver tells them

const { RTCAudioSource, RTCVideoSink, RTCVideoSource } = wrtc.nonstandard;
const picture = { width: 160, height: 120 };
const framesPerSecond = 20;

function videoTrack(brightness: number): MediaStreamTrack {
  const source = new RTCVideoSource();
  const { width, height } = picture;
  const data = new Uint8Array((width * height * 3) / 2).fill(128).fill(brightness, 0, width * height);
  setInterval(() => source.onFrame({ ...picture, data }), 1000 / framesPerSecond).unref();
  return source.createTrack();
}

const audioTrack = (): MediaStreamTrack => new RTCAudioSource().createTrack();

/** What one side's pictures look like; a second share looks different from the first. */
interface Pictures {
  camera: number;
  screen: number;
}

class Devices extends EventTarget {
  readonly #pictures: Pictures;

  constructor(pictures: Pictures) {
    super();
    this.#pictures = pictures;
  }

  async enumerateDevices(): Promise<[]> {
    return [];
  }

  async getUserMedia({ audio }: MediaStreamConstraints): Promise<MediaStream> {
    return streamOf(audio ? audioTrack() : videoTrack(this.#pictures.camera));
  }

  async getDisplayMedia({ audio }: DisplayMediaStreamOptions): Promise<MediaStream> {
    return streamOf(videoTrack(this.#pictures.screen), ...(audio ? [audioTrack()] : []));
  }
}

function streamOf(...tracks: MediaStreamTrack[]): MediaStream {
  const stream = asStream(new FakeStream());
  for (const track of tracks) stream.addTrack(track);
  return stream;
}

const brightnessIn = new Map<MediaStreamTrack, number>();

function brightnessOf(track: MediaStreamTrack | undefined): number | undefined {
  if (track && !brightnessIn.has(track)) {
    brightnessIn.set(track, NaN);
    new RTCVideoSink(track).onframe = ({ frame }: { frame: { data: Uint8Array } }) => brightnessIn.set(track, frame.data[0] ?? NaN);
  }
  return track && brightnessIn.get(track);
}

// ---- one side

class Side {
  readonly end: End = { connections: 0, rollbacks: 0, failures: [], signaling: '', connection: '', link: '', lines: [], slots: {}, lineless: 0 };
  readonly pictures: Pictures;
  readonly person: Person;
  meeting!: Meeting;
  connection: RTCPeerConnection | undefined;
  slots: SlotsByMid = {};
  /** While set, an own description that is made is not told before the other side has made one too. */
  gate: Gate | undefined;
  operations = 0;
  underWay = 0;

  constructor(world: FakeWorld, pictures: Pictures) {
    this.pictures = pictures;
    this.person = world.person();
    const devices = new Devices(pictures);
    const stream = (): MediaStream => asStream(new FakeStream());
    this.person.ports.devices = new BrowserDevices({ mediaDevices: () => devices as unknown as MediaDevices, stream, player: () => ({}) as HTMLMediaElement });
    this.person.ports.peers = this.#watched(
      peerPort({
        PeerConnection: this.#counted(),
        stream: () => new wrtc.MediaStream(),
        report: this.person.ports.report,
      }),
    );
  }

  look(other: string): End {
    const { connection, end } = this;
    end.signaling = connection?.signalingState ?? '';
    end.connection = connection?.connectionState ?? '';
    end.link = this.meeting.participants.get(other)?.connection ?? '';
    end.lines = linesOf(connection?.localDescription?.sdp ?? '');
    end.slots = this.slots;
    end.lineless = (connection?.getTransceivers() ?? []).filter(({ mid, direction }) => mid === null && direction !== 'stopped').length;
    end.failures.push(...this.person.reported.map(String));
    return end;
  }

  #counted(): typeof RTCPeerConnection {
    const side = this;
    return class extends (wrtc.RTCPeerConnection as typeof RTCPeerConnection) {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        side.end.connections++;
        side.connection = this;
      }

      override async setLocalDescription(...given: [RTCLocalSessionDescriptionInit?]): Promise<void> {
        await super.setLocalDescription(...given);
        if (given[0]?.type === 'rollback') side.end.rollbacks++;
      }
    };
  }

  #watched(port: PeerPort): PeerPort {
    return {
      open: (command, events) => {
        const peer = port.open(command, events);
        const watch = <Args extends unknown[], Result>(name: string, run: (...args: Args) => Promise<Result>) =>
          (...args: Args): Promise<Result> => this.#watch(name, () => run.apply(peer, args));
        const watched: Peer = {
          addSlot: (slot, priority) => peer.addSlot(slot, priority),
          bindSlot: (slot, mid, priority) => peer.bindSlot(slot, mid, priority),
          restartIce: () => peer.restartIce(),
          setIceServers: (servers) => peer.setIceServers(servers),
          close: () => peer.close(),
          setTrack: watch('setTrack', peer.setTrack),
          setRemoteDescription: watch('setRemoteDescription', peer.setRemoteDescription),
          rollBack: watch('rollBack', peer.rollBack),
          addCandidate: watch('addCandidate', peer.addCandidate),
          setLocalDescription: watch('setLocalDescription', async () => {
            const made = await peer.setLocalDescription();
            this.slots = made.slots;
            await this.gate?.pass();
            return made;
          }),
        };
        return watched;
      },
    };
  }

  async #watch<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    this.operations++;
    this.underWay++;
    try {
      return await run();
    } catch (error) {
      this.end.failures.push(`${name}: ${String(error)}`);
      throw error;
    } finally {
      this.underWay--;
    }
  }
}

/** The m-lines of a description, as `mid kind direction`. */
function linesOf(sdp: string): string[] {
  return sdp.split(/^m=/m).slice(1).map((line) => {
    const found = (pattern: RegExp): string => pattern.exec(line)?.[1] ?? '-';
    return `${found(/^a=mid:(\S+)/m)} ${found(/^(\S+)/)} ${found(/^a=(sendrecv|sendonly|recvonly|inactive)/m)}`;
  });
}

// ---- the meetings

async function atRest(sides: Side[]): Promise<void> {
  let before = -1;
  await until(
    'negotiation has come to rest',
    () => {
      const count = sides.reduce((sum, { operations }) => sum + operations, 0);
      const rested = count === before && sides.every(({ underWay, connection }) => underWay === 0 && connection?.signalingState === 'stable');
      before = count;
      return rested;
    },
    msMax,
  );
}

/** Until each sees what the other captures, in pictures that come from now on. */
async function shown(sides: [Side, Side], source: keyof Pictures): Promise<void> {
  for (const track of brightnessIn.keys()) brightnessIn.set(track, NaN);
  for (const [viewer, sender] of [sides, [sides[1], sides[0]]] as const) {
    const { id } = sender.meeting.me;
    await until(
      `${viewer.meeting.me.id} sees the ${source} of ${id}`,
      () => Math.abs((brightnessOf(viewer.meeting.participants.get(id)?.[source].track) ?? NaN) - sender.pictures[source]) < 8,
      msMax,
    );
  }
}

/** Both share at once, and neither hears of the other's offer before its own is made. */
async function collide(sides: [Side, Side]): Promise<void> {
  const gate = new Gate(sides.length);
  for (const side of sides) side.gate = gate;
  await Promise.all(sides.map(({ meeting }) => meeting.screen.start()));
  await shown(sides, 'screen');
  await atRest(sides);
}

async function meet(world: FakeWorld, room: string): Promise<MeetingFindings> {
  const first = new Side(world, { camera: 50, screen: 80 });
  const newcomer = new Side(world, { camera: 150, screen: 180 });
  const sides: [Side, Side] = [first, newcomer];
  try {
    first.meeting = await world.joinAs(first.person, room, { user: 'first' });
    newcomer.meeting = await world.joinAs(newcomer.person, room, { user: 'newcomer' });
    await until('both are connected', () => {
      return sides.every(({ meeting }) => [...meeting.participants.values()].some(({ connection }) => connection === 'connected'));
    }, msMax);
    await atRest(sides);
    await collide(sides);
    // The lines that were there before are none the worse for what was taken back.
    await Promise.all(sides.flatMap(({ meeting }) => [meeting.camera.start(), meeting.microphone.start()]));
    await shown(sides, 'camera');
    await Promise.all(sides.map(({ meeting }) => meeting.screen.stop()));
    for (const side of sides) side.pictures.screen += 20;
    await Promise.all(sides.map(({ meeting }) => meeting.screen.start({ audio: true })));
    await shown(sides, 'screen');
    await shown(sides, 'camera');
    return { first: first.look('newcomer'), newcomer: newcomer.look('first') };
  } catch (error) {
    const seen = sides.map(({ end, connection }) => ({ ...end, signaling: connection?.signalingState }));
    throw new Error(`In ${room}: ${JSON.stringify(seen)}`, { cause: error });
  } finally {
    await Promise.all(sides.map(({ meeting }) => meeting?.leave()));
  }
}

/** Whether an offer of the peer's is taken while an own one is out. */
async function rollsBackImplicitly(): Promise<boolean> {
  const connection = new wrtc.RTCPeerConnection();
  connection.createDataChannel('any');
  const offer = await connection.createOffer();
  await connection.setLocalDescription(offer);
  return connection.setRemoteDescription(offer).then(() => true, () => false);
}

const findings: Findings = { implicitRollback: await rollsBackImplicitly(), meetings: [], problems: 0 };
const world = await FakeWorld.make();
const gaveWay = (who: keyof MeetingFindings): boolean => findings.meetings.some((each) => each[who].rollbacks > 0);
while (findings.meetings.length < maxMeetings && !(gaveWay('first') && gaveWay('newcomer'))) {
  findings.meetings.push(await meet(world, `room-${findings.meetings.length + 1}`));
}
findings.problems = world.problems.length;
writeSync(1, `${JSON.stringify(findings)}\n`);
process.exit(0);
