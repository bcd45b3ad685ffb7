// An application on top of Meetwire, as small as can be: it greets whoever comes, and lists who is there.

/** Joins by the `join` that it is given: that of `meetwire` on a page, that of a virtual person in tests. */
export async function enter(join, name) {
  const meeting = await join('standup', { name, camera: true });
  meeting.on('participant-joined', (person) => meeting.chat.send(`Welcome, ${person.name}!`, { to: person.id }));
  return meeting;
}

export const attendance = (meeting) =>
  [...meeting.participants.values()].map(({ name, connection }) => (connection === 'connected' ? name : `${name} (${connection})`));
