// The page for two: the codelab's "Start", "Call" and "Hang up" with the SDK. `#room` and `?server=` as on the meeting page;
// `?dialect=codelab` calls on a server of the codelab's.

import { join, MeetingError, type JoinOptions, type Meeting, type Participant } from '../sdk/index.ts';
import { readAddress, showRoom } from './address.ts';

const element = <Kind extends HTMLElement>(id: string): Kind => document.getElementById(id) as Kind;
const local = element<HTMLVideoElement>('local');
const remote = element<HTMLVideoElement>('remote');
const remoteName = element('remote-name');
const status = element('status');
const buttons = { start: element<HTMLButtonElement>('start'), call: element<HTMLButtonElement>('call'), hangUp: element<HTMLButtonElement>('hang-up') };

const { room: named, server } = readAddress();
const room = named || 'foo';
const dialect = (new URLSearchParams(location.search).get('dialect') ?? 'auto') as JoinOptions['dialect'];
element('room').textContent = room;
showRoom(room);

let camera: MediaStreamTrack | undefined;
let meeting: Meeting | undefined;

function enable(...which: (keyof typeof buttons)[]): void {
  for (const [name, button] of Object.entries(buttons)) button.disabled = !which.includes(name as keyof typeof buttons);
}

function show(video: HTMLVideoElement, track: MediaStreamTrack | undefined): void {
  const shown = (video.srcObject as MediaStream | null)?.getVideoTracks()[0];
  if (shown !== track) video.srcObject = track === undefined ? null : new MediaStream([track]);
}

const wordsOf = (error: unknown): string => (error instanceof MeetingError ? error.message : String(error));

buttons.start.addEventListener('click', async () => {
  enable();
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    [camera] = stream.getVideoTracks();
    show(local, camera);
    status.textContent = 'Press Call when you are ready.';
    enable('call');
  } catch (error) {
    status.textContent = `The camera could not be had: ${wordsOf(error)}`;
    enable('start');
  }
});

buttons.call.addEventListener('click', async () => {
  enable();
  status.textContent = 'Calling…';
  try {
    const call = await join(room, { url: server, dialect });
    meeting = call;
    const update = (): void => showOther(call);
    call.subscribe(update);
    void call.finished.then(() => ended(call));
    enable('hangUp');
    update();
    // A track of the page's own goes where a device goes, and stays the page's.
    if (camera) await call.camera.start(camera);
  } catch (error) {
    status.textContent = wordsOf(error);
    if (!meeting) enable('call');
  }
});

buttons.hangUp.addEventListener('click', () => void meeting?.leave());

function showOther(call: Meeting): void {
  if (call.state === 'left') return;
  const other: Participant | undefined = [...call.participants.values()][0];
  show(remote, other?.camera.track ?? undefined);
  remoteName.textContent = other?.name ?? 'Nobody yet';
  status.textContent = !other ? 'Waiting for somebody to call too.' : other.connection === 'connected' ? 'Connected.' : 'Connecting…';
}

function ended(call: Meeting): void {
  meeting = undefined;
  show(remote, undefined);
  remoteName.textContent = 'Nobody yet';
  status.textContent = call.error ? wordsOf(call.error) : 'The call is over.';
  enable('call');
}
