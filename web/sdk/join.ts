// From arguments to a meeting: checks what the caller gave, loads the core once, and waits until the server lets in.

import type { ClientOptions, Connect, DialectName, ErrorCode } from '../../bindings/client-types.ts';
import type { ErrorTable } from '../../bindings/errors.ts';
import type { ClientPorts, TransportPort } from '../../bindings/ports.ts';
import type { DeviceOptions } from './local-source.ts';
import type { TraceOptions } from '../../bindings/trace.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { isWellFormed, LoadedClientCore } from '../../bindings/machine.ts';
import { isPlainAddress } from '../../bindings/plain-address.ts';
import { Succession } from '../../bindings/succession.ts';
import { Trace } from '../../bindings/trace.ts';
import { readWish } from './local-source.ts';
import { Meeting } from './meeting.ts';

export interface JoinOptions {
  /**
   * The signalling server's; default: the page's own origin. A path in it is where the server is mounted; `./` is the
   * page's own folder.
   */
  url?: string;
  /** What the others see, up to 128 bytes of UTF-8, else `invalid-name`; default: the user id. */
  name?: string;
  /**
   * Unique in the room, 1 to 128 bytes of UTF-8, else `invalid-user`; default: a random id. A page that joins with the same one again, also after its reload, takes
   * its place over, and the meeting before ends with `replaced`; to others it is `id-taken`.
   */
  user?: string;
  /**
   * What the server admits by, or a function that fetches it: called for the join, anew to reconnect, and in the meeting
   * before the one in use expires. At most 4,096 bytes, else `invalid-token`.
   */
  token?: string | (() => string | Promise<string>);
  /** Start it with the join. A device that cannot be had fails the source, not the join. Default: false. */
  camera?: boolean | DeviceOptions;
  microphone?: boolean | DeviceOptions;
  /** Comes to see and hear only, until a host gives the floor. Default: what the server makes of one, host or guest. */
  viewer?: boolean;
  /**
   * Default: what the server hands out. A function is called for the join, anew to reconnect, and in the meeting before the
   * token expires, at least about every ten minutes: what it gives is used from the next restart of ICE on, and for who comes later.
   */
  iceServers?: RTCIceServer[] | (() => RTCIceServer[] | Promise<RTCIceServer[]>);
  iceTransportPolicy?: RTCIceTransportPolicy;
  /**
   * In a room, with whom there are connections: `everyone` (the default), or `on-call`: with nobody but whom a call stands
   * with. Others are in the list, with the connection `none`, and chat reaches them.
   */
  connect?: Connect;
  /**
   * The server's protocol; default: found out, as far as that is possible: `codelab` is, where the server is one of socket.io 2.
   * A codelab server has rooms of two, and neither chat, calls nor names. A `plain` server (bare WebSocket, rooms in the path) is
   * known by its address only: `ws://host/<namespace>/<room>` with the room to be joined, or any with `?pc` or `?app`. Else it has
   * to be named.
   */
  dialect?: DialectName;
  /** Gives the joining up, with the error `aborted`; after the join it has no effect. */
  signal?: AbortSignal;
  /** What `meeting.trace()` keeps; `false`: nothing. Default: about 4 MB, with secrets and messages taken out. */
  trace?: boolean | TraceOptions;
}

/** Internal: what a join needs of the world. */
export interface JoinWorld {
  /** `legacy`: with the dialects of other servers than ours, which few pages need. */
  load(which: 'core' | 'legacy'): Promise<LoadedClientCore>;
  /** Throws for a bad url. */
  ports(url: string | undefined): ClientPorts;
  /** In place of the ports' own, to a room of a plain server. Rejects for a bad url, or a room that it cannot have. */
  plainTransport?(errors: ErrorTable, url: string | undefined, room: string): Promise<TransportPort>;
}

/** Loads at most once at a time; a core that could not be loaded, or has died, is loaded anew for the next join. */
export function loadOnce(load: () => Promise<LoadedClientCore>): () => Promise<LoadedClientCore> {
  let loading: Promise<LoadedClientCore> | undefined;
  const start = (): Promise<LoadedClientCore> => {
    const mine = load().then(
      (core) => {
        core.onDeath(() => (loading = undefined));
        return core;
      },
      (cause: unknown) => {
        loading = undefined;
        throw new MeetingError({ code: 'internal', message: 'The core of Meetwire could not be loaded.', retryable: true }, { cause });
      },
    );
    return mine;
  };
  return () => (loading ??= start());
}

/** `room` undefined: online, in none. */
export async function joinIn(world: JoinWorld, room: string | undefined, options: JoinOptions = {}): Promise<Meeting> {
  const dialect = dialectOf(room, options);
  const core = await world.load(isLegacy(dialect) ? 'legacy' : 'core');
  const { errors } = core;
  const checked = { ...check(errors, room, options), dialect };
  const { signal } = options;
  const askToken = () => tokenOf(errors, options.token);
  const transport = dialect === 'plain' ? await world.plainTransport?.(errors, options.url, room ?? '') : undefined;
  const askIceServers = () => iceServersOf(errors, options.iceServers);
  const [token, iceServers] = await Promise.all([askToken(), askIceServers()]);
  if (signal?.aborted) throw errors.make('aborted', undefined, signal.reason);

  const ports = world.ports(options.url);
  if (transport) ports.transport = transport;
  const renewsToken = typeof options.token === 'function';
  const renewsIceServers = typeof options.iceServers === 'function';
  if (renewsToken || renewsIceServers) {
    ports.renew = async () => {
      const [fresh, servers] = await Promise.all([renewsToken ? askToken() : undefined, renewsIceServers ? askIceServers() : undefined]);
      return { ...(fresh !== undefined && { token: fresh }), ...(servers !== undefined && { iceServers: servers }) };
    };
  }
  const user = options.user ?? ports.secrets.id();
  const name = options.name ?? '';
  // Read before anything is opened: a bad argument must leave nothing behind.
  const sources = (['microphone', 'camera'] as const).flatMap((source) => wanted(source, options[source], ports));
  const { trace: wish } = options;
  const trace = wish === false ? undefined : new Trace('client', wish === true ? {} : wish);
  // Only a user that the application names can be asked for twice.
  let replaced = false;
  const claim = options.user === undefined ? undefined : ports.claims.take(room ?? '', user, () => {
    replaced = true;
    void meeting.leave();
  });
  const given = { ...(iceServers !== undefined && { iceServers }), ...(renewsIceServers && { renewsIceServers }) };
  const whole = { ...checked, ...given, user, name, token, secret: claim?.secret ?? ports.secrets.id(), seed: ports.secrets.seed() };
  const mourn = (loaded: LoadedClientCore): void => {
    const unmourned = loaded.onDeath((error) => meeting.fail(error));
    void meeting.finished.then(unmourned);
  };
  const succession = new Succession(async (dialect) => {
    const legacy = await world.load('legacy');
    mourn(legacy);
    return () => legacy.create({ ...whole, dialect }, trace);
  });
  const machine = core.create(whole, trace);
  const meeting = new Meeting({ machine, errors, ports, room: room ?? '', user, name, trace, succession });
  mourn(core);

  void meeting.finished.then(() => {
    if (isOverForGood(meeting.error?.code)) claim?.forget();
  });
  const joined = admission(meeting, errors, signal, () => replaced).finally(() => claim?.settled());
  meeting.dispatch({ type: 'join_requested' });
  for (const { source, constraints } of sources) {
    // Its failure shows as the source's state and error.
    meeting[source].start(constraints as DeviceOptions | undefined).catch(() => {});
  }
  await joined;
  return meeting;
}

// Read before it is checked, as it says which core is to be loaded.
function dialectOf(room: string | undefined, options: JoinOptions | undefined): DialectName {
  const dialect = options?.dialect ?? 'auto';
  return dialect === 'auto' && isPlainAddress(options?.url, room) ? 'plain' : dialect;
}

const isLegacy = (dialect: unknown): boolean => dialect === 'classic' || dialect === 'codelab' || dialect === 'plain';

// A further join is not the return to a place that is over: the server would tell it so once more.
const isOverForGood = (code: ErrorCode | undefined): boolean => code === 'meeting-ended' || code === 'removed' || code === 'denied';

function admission(meeting: Meeting, errors: ErrorTable, signal: AbortSignal | undefined, replaced: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => void meeting.leave();
    signal?.addEventListener('abort', abort);
    const undo = meeting.on('state', ({ state }) => {
      if (state === 'joined' || state === 'waiting') settle(resolve);
    });
    const settle = (how: () => void): void => {
      signal?.removeEventListener('abort', abort);
      undo();
      how();
    };
    void meeting.finished.then(() => {
      const reason = signal?.aborted ? errors.make('aborted', undefined, signal.reason) : meeting.error;
      settle(() => reject(reason ?? errors.make(replaced() ? 'replaced' : 'aborted')));
    });
  });
}

// ---- arguments

// Whether the core can take them is its own to say; here only what would not survive the way there.
function check(errors: ErrorTable, room: string | undefined, options: JoinOptions): Pick<ClientOptions, 'room' | 'connect' | 'iceTransportPolicy' | 'viewer'> {
  if (!(options instanceof Object)) throw errors.make('invalid-argument', 'options');
  const text = (value: unknown, code: ErrorCode, detail?: string): void => {
    if (typeof value !== 'string' || !isWellFormed(value)) throw errors.make(code, detail);
  };
  if (room !== undefined) text(room, 'invalid-room');
  text(options.name ?? '', 'invalid-name');
  if (options.user !== undefined) text(options.user, 'invalid-user');
  text(options.url ?? '', 'invalid-argument', 'url');
  const { connect, dialect = 'auto', iceTransportPolicy = 'all' } = options;
  if (!['auto', 'meetwire', 'classic', 'codelab', 'plain'].includes(dialect)) throw errors.make('invalid-argument', 'dialect');
  if (!['everyone', 'on-call', undefined].includes(connect)) throw errors.make('invalid-argument', 'connect');
  if (!['all', 'relay'].includes(iceTransportPolicy)) throw errors.make('invalid-argument', 'iceTransportPolicy');
  return { ...(room !== undefined && { room }), iceTransportPolicy, viewer: options.viewer === true, ...(connect && { connect }) };
}

async function tokenOf(errors: ErrorTable, token: JoinOptions['token'] = ''): Promise<string> {
  let text: unknown;
  try {
    text = typeof token === 'function' ? await token() : token;
  } catch (cause) {
    throw errors.make('token-refused', 'the function that fetches it failed', cause);
  }
  if (typeof text !== 'string' || !isWellFormed(text)) throw errors.make('invalid-argument', 'token');
  return text;
}

// As JSON; undefined: what the server hands out.
async function iceServersOf(errors: ErrorTable, servers: JoinOptions['iceServers']): Promise<string | undefined> {
  if (servers === undefined) return undefined;
  let list: unknown;
  try {
    list = typeof servers === 'function' ? await servers() : servers;
  } catch (cause) {
    throw errors.make('invalid-argument', 'iceServers: the function that fetches them failed', cause);
  }
  if (!Array.isArray(list)) throw errors.make('invalid-argument', 'iceServers');
  return JSON.stringify(list);
}

type Start = { source: 'camera' | 'microphone'; constraints: unknown };

function wanted(source: Start['source'], option: JoinOptions['camera'], { devices }: ClientPorts): Start[] {
  if (option === undefined || option === false) return [];
  if (option === true) return [{ source, constraints: undefined }];
  readWish(source, option, devices);
  return [{ source, constraints: option }];
}
