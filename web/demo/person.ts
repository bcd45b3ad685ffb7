// One person as the page shows them, whoever they are: the only place that reads participants of the SDK.

import type { Meeting, Participant, Quality } from '../sdk/index.ts';

export interface Picture {
  on: boolean;
  /** In order: the picture, then the sound that belongs to it. */
  tracks: MediaStreamTrack[];
}

export interface Person {
  id: string;
  name: string;
  mine: boolean;
  role: Participant['role'];
  handRaised: boolean;
  asksForFloor: boolean;
  /** The camera's picture is shown as in a mirror. */
  mirrored: boolean;
  camera: Picture;
  microphone: Picture;
  screen: Picture;
  speaking: boolean;
  /** The one to look at. */
  active: boolean;
  /** The newest, each time. */
  quality: () => Quality | undefined;
  /** Words where the connection is not simply there; empty otherwise. */
  state: string;
}

/** Everyone in the meeting, oneself first. */
export function peopleIn(meeting: Meeting): Person[] {
  return [myself(meeting), ...[...meeting.participants.values()].map((one) => other(one, meeting))];
}

function myself(meeting: Meeting): Person {
  const { camera, microphone, screen, me } = meeting;
  return {
    id: me.id,
    name: me.name,
    mine: true,
    role: meeting.role,
    handRaised: me.handRaised,
    asksForFloor: me.asksForFloor,
    mirrored: camera.mirrored,
    speaking: me.speaking,
    active: meeting.activeSpeaker === me,
    quality: () => undefined,
    camera: { on: camera.state === 'on', tracks: alive(camera.track) },
    microphone: { on: microphone.state === 'on', tracks: alive(microphone.track) },
    screen: { on: screen.state === 'on', tracks: alive(screen.track) },
    state: '',
  };
}

function other(participant: Participant, { role, activeSpeaker }: Meeting): Person {
  const { camera, microphone, screen } = participant;
  return {
    id: participant.id,
    name: participant.name,
    mine: false,
    role: participant.role,
    handRaised: participant.handRaised,
    asksForFloor: participant.asksForFloor,
    mirrored: false,
    speaking: participant.speaking,
    active: activeSpeaker === participant,
    quality: () => participant.quality,
    camera: { on: camera.on, tracks: alive(camera.track) },
    microphone: { on: microphone.on, tracks: alive(microphone.track) },
    screen: { on: screen.on, tracks: screen.stream?.getTracks() ?? alive(screen.track) },
    // Two who only watch have no connection with each other, and need none.
    state: role === 'viewer' && participant.role === 'viewer' ? '' : stateOf(participant),
  };
}

const connectionWords: Record<Participant['connection'], string> = {
  connecting: 'connecting …',
  connected: '',
  reconnecting: 'reconnecting …',
  failed: 'no connection',
  none: 'on call only',
};

function stateOf(participant: Participant): string {
  return connectionWords[participant.connection];
}

function alive(track: MediaStreamTrack | null | undefined): MediaStreamTrack[] {
  return track != null && track.readyState === 'live' ? [track] : [];
}

/** What stands on a tile without a picture: the first letters of up to two words, whatever the script. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => word !== '');
  const first = words[0] ?? '?';
  const last = words.length > 1 ? words[words.length - 1] ?? '' : '';
  return [first, last].map((word) => [...word][0] ?? '').join('').toLocaleUpperCase();
}

/** A hue that stays with a person, 0 to 359. */
export function hueOf(id: string): number {
  let sum = 7;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return (sum * 137) % 360; // the golden angle keeps neighbours apart
}
