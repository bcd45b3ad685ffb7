// What the address of a plain client says: `/<namespace>/<room>?pc` or `?app`.

export interface PlainPlace {
  /** As the core knows it: `<namespace>/<room>`, `<namespace>` for its default room, `/` for the default one of the default. */
  readonly room: string;
  /** It is a device and no page. */
  readonly device: boolean;
}

/** Nothing is decoded, and what comes after the room is nobody's business. Undefined: it says neither `pc` nor `app`. */
export function placeOfPath(url: string): PlainPlace | undefined {
  const [path = '', query = ''] = url.split('?', 2);
  const says = (name: string): boolean => query.split('&').some((part) => part === name || part.startsWith(`${name}=`));
  const device = says('app');
  if (!device && !says('pc')) return undefined;
  const [namespace, room] = path.split('/').filter(Boolean);
  return { room: room === undefined ? (namespace ?? '/') : `${namespace}/${room}`, device };
}
