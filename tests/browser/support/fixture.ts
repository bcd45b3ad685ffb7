// The page of the browser tests: the SDK as an application sees it, put on `window` for a test to call, and eyes and
// ears that tell whether something moves and sounds. Bundled by site.ts; the meeting page has none of it.

import { browserPeers, ClassicClient } from '../../support/classic-client.ts';
import { CodelabDataPage, CodelabPage, type CodelabPeer } from '../../support/codelab-page.ts';
import { browserPlainPeer, PlainClient } from '../../support/plain-client.ts';
import { devices, join, MeetingError, online, type Meeting } from '../../../web/sdk/index.ts';

type SourceName = 'camera' | 'microphone' | 'screen';

interface Watch {
  video: HTMLVideoElement;
  pictures: Set<string>;
}

export interface Sight {
  /** The picture's width in pixels, 0 without one. */
  width: number;
  seconds: number;
  /** How many different pictures were seen. */
  pictures: number;
}

const watches = new Map<string, Watch>();
const canvas = document.createElement('canvas');
canvas.width = 32;
canvas.height = 24;
const pen = canvas.getContext('2d', { willReadFrequently: true });

/** Begins anew: what was seen before does not count. */
function lookAway(): void {
  for (const { pictures } of watches.values()) pictures.clear();
}

/** Looks once at what someone shows; look again to see whether it moves. */
function look(meeting: Meeting, user: string, source: SourceName): Sight {
  const track = meeting.participants.get(user)?.[source].track ?? undefined;
  if (track === undefined) return { width: 0, seconds: 0, pictures: 0 };
  const key = `${user} ${source} ${track.id}`;
  let watch = watches.get(key);
  if (watch === undefined) {
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
    void video.play().catch(() => undefined);
    watch = { video, pictures: new Set() };
    watches.set(key, watch);
  }
  const { video, pictures } = watch;
  if (pen !== null && video.videoWidth > 0) {
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    pictures.add(pen.getImageData(0, 0, canvas.width, canvas.height).data.join());
  }
  return { width: video.videoWidth, seconds: video.currentTime, pictures: pictures.size };
}

export interface Sound {
  packets: number;
  energy: number;
}

const players = new Map<string, HTMLAudioElement>();

/** What has come in of someone's sound, by the browser's own count. It counts only what is played. */
async function listen(meeting: Meeting, user: string): Promise<Sound> {
  const track = meeting.participants.get(user)?.microphone.track;
  if (track === undefined) return { packets: 0, energy: 0 };
  if (!players.has(track.id)) {
    const player = document.createElement('audio');
    player.srcObject = new MediaStream([track]);
    void player.play().catch(() => undefined);
    players.set(track.id, player);
  }
  for (const connection of window.probe.connections) {
    if (connection.connectionState === 'closed') continue;
    const receiver = connection.getReceivers().find((each) => each.track === track);
    if (receiver === undefined) continue;
    for (const report of (await receiver.getStats()).values()) {
      if (report.type !== 'inbound-rtp') continue;
      return { packets: report.packetsReceived ?? 0, energy: report.totalAudioEnergy ?? 0 };
    }
  }
  return { packets: 0, energy: 0 };
}

/** Frames decoded of all pictures that come in, over all connections. */
async function framesDecoded(): Promise<number> {
  let frames = 0;
  for (const connection of window.probe.connections) {
    if (connection.connectionState === 'closed') continue;
    for (const report of (await connection.getStats()).values()) {
      if (report.type === 'inbound-rtp' && report.kind === 'video') frames += report.framesDecoded ?? 0;
    }
  }
  return frames;
}

/** M-lines of each connection that is open. */
function mediaLines(): number[] {
  const open = window.probe.connections.filter((each) => each.connectionState !== 'closed');
  return open.map((each) => each.localDescription?.sdp.match(/^m=/gm)?.length ?? 0);
}

/** A drawn picture that changes, for sharing: given to the SDK as a track of the application's own. */
function drawnTrack(): MediaStreamTrack {
  const drawing = document.createElement('canvas');
  drawing.width = 320;
  drawing.height = 240;
  const brush = drawing.getContext('2d');
  let turn = 0;
  setInterval(() => {
    if (brush === null) return;
    turn += 1;
    brush.fillStyle = `hsl(${(turn * 23) % 360} 80% 50%)`;
    brush.fillRect(0, 0, drawing.width, drawing.height);
  }, 70);
  const [track] = drawing.captureStream(15).getVideoTracks();
  if (track === undefined) throw new Error('The canvas gave no track');
  return track;
}

/** A voice as loud as one says, from 0 to 1, for a microphone: begins silent. */
function makeVoice(): { track: MediaStreamTrack; say(loudness: number): void } {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  const mouth = context.createMediaStreamDestination();
  volume.gain.value = 0;
  tone.connect(volume).connect(mouth);
  tone.start();
  const [track] = mouth.stream.getAudioTracks();
  if (track === undefined) throw new Error('Web Audio gave no track');
  return { track, say: (loudness) => void (volume.gain.value = loudness) };
}

/** A codelab page with a real camera, which shows what it receives; or the one without. */
async function openCodelab(url: string, room: string, data: boolean): Promise<CodelabPage | CodelabDataPage> {
  const camera = data ? undefined : navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  const stream = await camera;
  const video = document.createElement('video');
  video.id = 'codelab';
  video.muted = true;
  document.body.append(video);
  const makePeer = (): CodelabPeer => {
    const connection = new RTCPeerConnection();
    connection.ontrack = ({ streams }) => {
      video.srcObject = streams[0] ?? null;
      void video.play();
    };
    return connection as unknown as CodelabPeer;
  };
  const addStream = (peer: CodelabPeer): void => stream?.getTracks().forEach((track) => void (peer as unknown as RTCPeerConnection).addTrack(track, stream));
  const page = new (data ? CodelabDataPage : CodelabPage)(url, { room, makePeer, addStream });
  await page.open();
  return page;
}

const fixture = {
  openCodelab, makeVoice, join, online, devices, MeetingError, look, lookAway, listen, framesDecoded, mediaLines, drawnTrack, browserPeers, ClassicClient,
  browserPlainPeer, PlainClient,
};

declare global {
  interface Window {
    fixture: typeof fixture;
    /** The meeting that a test joined last. */
    meeting: Meeting;
    /** The classic client that a test connected last. */
    classic: ClassicClient;
    codelab: CodelabPage | CodelabDataPage;
    /** Likewise a plain one. */
    plain: PlainClient;
  }
}

window.fixture = fixture;
