// The meeting page: which of its three screens is shown, and the way from one to the next. It uses the SDK as
// anybody would, and knows nothing of how a meeting comes about.

import { join, type Meeting } from '../sdk/index.ts';
import { inviteLink, readAddress, rememberName, showRoom, suggestRoom } from './address.ts';
import { byId, setText } from './dom.ts';
import { Lobby, type Wish } from './lobby.ts';
import { MeetingView } from './meeting-view.ts';
import { wordsFor, type Words } from './words.ts';

type Screen = 'lobby' | 'waiting' | 'meeting' | 'after';

const address = readAddress();
let meeting: Meeting | undefined;
let view: MeetingView | undefined;
let last: Wish | undefined;

const lobby = new Lobby(
  { room: address.room || suggestRoom(), name: address.name, camera: true, microphone: true },
  (wish) => void enter(wish),
);

function show(screen: Screen): void {
  for (const name of ['lobby', 'waiting', 'meeting', 'after'] as const) byId(name, HTMLElement).hidden = name !== screen;
  document.body.dataset['screen'] = screen;
}

async function enter(wish: Wish): Promise<void> {
  last = wish;
  lobby.setBusy(true);
  lobby.showProblem(undefined);
  rememberName(wish.name);
  // The preview lets go of the devices first: some systems give a camera to one user at a time.
  lobby.close();
  try {
    const joined = await join(wish.room, {
      url: address.server,
      name: wish.name,
      camera: wish.camera,
      microphone: wish.microphone,
      ...(address.user === undefined ? {} : { user: address.user }),
    });
    begin(joined, wish);
  } catch (error) {
    show('lobby');
    lobby.open();
    lobby.showProblem(wordsFor(error));
  }
}

function begin(joined: Meeting, wish: Wish): void {
  meeting = joined;
  showRoom(wish.room);
  const follow = (): void => {
    if (meeting !== joined) return;
    if (joined.state === 'waiting') wait();
    else if (joined.state === 'joined') enterRoom(joined, wish);
    endIfLeft(joined);
  };
  joined.subscribe(follow);
  follow();
}

/** Outside, until a host has decided. */
function wait(): void {
  view?.close();
  view = undefined;
  if (document.body.dataset['screen'] === 'waiting') return;
  show('waiting');
  byId('waiting-title', HTMLElement).focus();
}

function enterRoom(joined: Meeting, wish: Wish): void {
  if (view !== undefined) return;
  show('meeting');
  view = new MeetingView(joined, {
    leave: () => void joined.leave(),
    link: inviteLink({ room: wish.room, server: address.server }),
  });
}

function endIfLeft(ended: Meeting): void {
  if (ended.state !== 'left' || meeting !== ended) return;
  const words: Words =
    ended.error == null
      ? { title: 'You have left the meeting.', advice: 'Camera and microphone are off.' }
      : wordsFor(ended.error);
  meeting = undefined;
  view?.close();
  view = undefined;
  setText(byId('after-title', HTMLElement), words.title);
  setText(byId('after-text', HTMLElement), words.advice);
  show('after');
  byId('after-title', HTMLElement).focus();
}

function toLobby(room: string): void {
  lobby.setRoom(room);
  lobby.showProblem(undefined);
  show('lobby');
  lobby.open();
}

byId('rejoin', HTMLButtonElement).addEventListener('click', () => {
  if (last !== undefined) void enter(last);
});
byId('stop-waiting', HTMLButtonElement).addEventListener('click', () => void meeting?.leave());
byId('to-lobby', HTMLButtonElement).addEventListener('click', () => toLobby(suggestRoom()));

// Somebody follows a link to another room, or edits the address.
window.addEventListener('hashchange', () => {
  const { room } = readAddress();
  if (meeting === undefined && room !== '') toLobby(room);
});

// The browser may keep the page when it goes away, and show it again as it was. The SDK has left the meeting by then:
// it is entered anew, with what was on. In the lobby the devices are given back meanwhile.
let left: Wish | undefined;
window.addEventListener('pagehide', () => {
  // The device that was chosen, or any: it may have been switched on only in the meeting.
  const choice = (source: 'camera' | 'microphone') => {
    const chosen = last?.[source];
    const state = meeting?.[source].state;
    return (state === 'on' || state === 'interrupted') && (chosen ? chosen : true);
  };
  left = meeting && last && { ...last, camera: choice('camera'), microphone: choice('microphone') };
  lobby.close();
});
window.addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  if (left !== undefined) {
    show('lobby');
    void enter(left);
  } else if (document.body.dataset['screen'] === 'lobby') lobby.open();
});

show('lobby');
lobby.open();
