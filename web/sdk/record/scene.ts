// Who is seen and heard in a recording at one time. Decides nothing that the meeting does not say.

import type { Scene, Tile } from '../../../bindings/recording/ports.ts';
import type { Participant } from '../participant.ts';
import { arrange, type RecordingLayout } from './layout.ts';

export interface Frame {
  readonly layout: RecordingLayout;
  readonly width: number;
  readonly height: number;
}

export function sceneOf(people: readonly Participant[], { layout, width, height }: Frame): Scene {
  // Who only watches shows nothing.
  const shown = people.filter(({ role }) => role !== 'viewer');
  const sharing = shown.filter(({ screen }) => screen.on && screen.track);
  const boxes = arrange(layout, sharing.length, shown.length, width, height);
  const tile = (person: Participant, source: 'camera' | 'screen', index: number): Tile => ({
    key: `${source} ${person.id}`,
    box: boxes[index]!,
    name: person.name,
    track: person[source].track,
    whole: source === 'screen',
    faded: person.connection !== 'connected',
  });
  return {
    tiles: [
      ...sharing.map((person, index) => tile(person, 'screen', index)),
      ...shown.map((person, index) => tile(person, 'camera', sharing.length + index)),
    ],
    // One's own microphone too: its track is there only while it is not muted.
    sounds: shown.flatMap(({ microphone, screen }) => [microphone.track ?? [], screen.stream?.getTracks().filter(({ kind }) => kind === 'audio') ?? []].flat()),
  };
}
