// The executor over a scripted core and ports that only note what is asked of them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientCommand, ClientEvent, ClientNotice } from '../../bindings/client-types.ts';
import type { ClientMachine, Step } from '../../bindings/machine.ts';
import type { ClientPorts, Peer, PeerEvents, TransportEvents } from '../../bindings/ports.ts';
import { MeetingError } from '../../bindings/errors.ts';
import { Executor } from '../../bindings/executor.ts';
import { tick } from '../support/waiting.ts';

type Script = (event: ClientEvent) => Partial<Step<ClientCommand>> | undefined;

interface Deferred {
  name: string;
  resolve(value?: unknown): void;
  reject(error: unknown): void;
}

type Operation = (name: string) => (...args: unknown[]) => Promise<never>;

function fakePeer(name: string, log: string[], operation: Operation): Peer {
  return {
    addSlot: (slot) => void log.push(`add ${slot}`),
    bindSlot: (slot, mid) => void log.push(`bind ${slot} ${mid}`),
    setTrack: operation('track'),
    setLocalDescription: operation('local'),
    setRemoteDescription: operation('remote'),
    rollBack: operation('rollback'),
    addCandidate: operation('candidate'),
    restartIce: () => void log.push('restart'),
    setIceServers: (servers) => void log.push(`servers ${servers}`),
    close: () => void log.push(`unpeer ${name}`),
  };
}

function stage(script: Script) {
  const events: ClientEvent[] = [];
  const log: string[] = [];
  const told: ClientNotice[] = [];
  const ended: (MeetingError | undefined)[] = [];
  const operations: Deferred[] = [];
  const timers: { instant: number; wake(): void; undone: boolean }[] = [];
  const sockets: TransportEvents[] = [];
  const peers: PeerEvents[] = [];
  const reported: unknown[] = [];
  let refusePeers = false;

  const operation: Operation = (name) => (...args) => {
    log.push([name, ...args.map((arg) => (typeof arg === 'string' ? arg : ''))].join(' ').trim());
    return new Promise((resolve, reject) => operations.push({ name, resolve: resolve as never, reject }));
  };
  const machine = {
    alive: true,
    handle(_now: number, event: ClientEvent): Step<ClientCommand> {
      events.push(event);
      return { commands: [], ...script(event) };
    },
    dispose: () => void log.push('dispose'),
  } as unknown as ClientMachine;
  const ports = {
    clock: {
      now: () => 100,
      at(instant: number, wake: () => void) {
        const timer = { instant, wake, undone: false };
        timers.push(timer);
        return () => void (timer.undone = true);
      },
    },
    transport: {
      open({ attempt }: { attempt: number }, socketEvents: TransportEvents) {
        log.push(`open ${attempt}`);
        sockets.push(socketEvents);
        return { send: (name: string) => log.push(`send ${name}`), close: () => log.push(`close ${attempt}`) };
      },
    },
    peers: {
      open({ peer, incarnation }: { peer: string; incarnation: number }, peerEvents: PeerEvents): Peer {
        if (refusePeers) throw new DOMException('too many', 'UnknownError');
        log.push(`peer ${peer} ${incarnation}`);
        peers.push(peerEvents);
        return fakePeer(`${peer} ${incarnation}`, log, operation);
      },
    },
    devices: {
      onEnded: undefined as ((track: string) => void) | undefined,
      capture: operation('capture'),
      track: () => undefined,
      release: (track: string) => void log.push(`release ${track}`),
      close: () => void log.push('devices'),
    },
    report: (error: unknown) => void reported.push(error),
  };
  const executor = new Executor(machine, ports as unknown as ClientPorts, {
    told: (notice) => void told.push(notice),
    remoteTrackChanged: (peer, slot) => void log.push(`remote ${peer} ${slot}`),
    dataChanged: (peer, data) => void (data && log.push(`data ${peer}`)),
    dataArrived: () => void log.push('data arrived'),
    ended: (error) => void ended.push(error),
  });
  return {
    executor, events, log, told, ended, operations, timers, sockets, peers, reported, ports,
    refusePeers: () => (refusePeers = true),
  };
}

const at = { peer: 'ben', incarnation: 1 };
const openPeer: ClientCommand = { type: 'open_peer', ...at, iceServers: '[]', iceTransportPolicy: 'all', controlChannel: true, textChannel: '' };
const openTransport = (attempt: number): ClientCommand => ({
  type: 'open_transport', attempt, room: 'r', user: 'u', name: '', dialect: 'auto', viewer: false, way: 'usual',
});
const left: ClientCommand = { type: 'meeting_changed', state: 'left', role: 'guest', dialect: 'auto' };

/** On the first event these commands; then nothing. */
const first = (...commands: ClientCommand[]): Script => {
  let done = false;
  return () => {
    if (done) return undefined;
    done = true;
    return { commands };
  };
};

describe('executor', () => {
  test('A17: commands are carried out in the order given', () => {
    const { executor, log } = stage(
      first(
        openPeer,
        { type: 'add_slot', ...at, slot: 'camera', priority: 'low' },
        { type: 'set_track', operation: 1, ...at, slot: 'camera' },
        { type: 'restart_ice', ...at },
        { type: 'close_peer', ...at },
        { type: 'release', track: 't' },
      ),
    );
    executor.dispatch({ type: 'join_requested' });
    assert.deepEqual(log, ['peer ben 1', 'add camera', 'track camera', 'restart', 'unpeer ben 1', 'release t']);
  });

  test('an operation ends with one event that brings its id back', async () => {
    const { executor, operations, events } = stage(
      first(
        openPeer,
        { type: 'set_local_description', operation: 1, ...at },
        { type: 'roll_back', operation: 2, ...at },
        { type: 'capture', operation: 3, source: 'camera', constraints: '', device: '', exact: false, lent: [] },
        { type: 'capture', operation: 4, source: 'camera', constraints: '', device: '', exact: false, lent: [] },
      ),
    );
    executor.dispatch({ type: 'join_requested' });
    operations[0]?.resolve({ description: { type: 'offer', sdp: 's' }, slots: { 0: 'camera' } });
    operations[1]?.reject(new DOMException('no', 'InvalidStateError'));
    operations[2]?.resolve([{ slot: 'camera', track: 't' }]);
    operations[3]?.reject('odd');
    await tick();
    const byOperation = events.flatMap((event) => ('operation' in event ? [event] : [])).sort((a, b) => a.operation - b.operation);
    assert.deepEqual(byOperation, [
      { type: 'local_description_set', operation: 1, ...at, description: { type: 'offer', sdp: 's' }, slots: { 0: 'camera' } },
      { type: 'operation_failed', operation: 2, ...at, errorName: 'InvalidStateError', errorMessage: 'no' },
      { type: 'capture_succeeded', operation: 3, tracks: [{ slot: 'camera', track: 't' }] },
      { type: 'capture_failed', operation: 4, errorName: 'Error', errorMessage: 'odd' },
    ]);
  });

  test('what a closed peer still had under way is nobody\'s business', async () => {
    let step = 0;
    const steps: ClientCommand[][] = [
      [openPeer, { type: 'roll_back', operation: 1, ...at }],
      [{ type: 'close_peer', ...at }, openPeer],
    ];
    const { executor, operations, events, peers, log } = stage(() => ({ commands: steps[step++] ?? [] }));
    executor.dispatch({ type: 'join_requested' });
    executor.dispatch({ type: 'time_passed' });
    operations[0]?.resolve();
    peers[0]?.negotiationNeeded();
    peers[0]?.connectionChanged('failed');
    peers[0]?.remoteTrackChanged('camera', undefined);
    await tick();
    assert.equal(events.length, 2);
    assert.ok(!log.includes('remote ben camera'));
    peers[1]?.connectionChanged('connected');
    assert.deepEqual(events.at(-1), { type: 'connection_changed', ...at, state: 'connected' });
  });

  test('an operation on a connection that is not there fails', async () => {
    const { executor, events } = stage(first({ type: 'roll_back', operation: 7, ...at }));
    executor.dispatch({ type: 'join_requested' });
    await tick();
    assert.equal(events[1]?.type, 'operation_failed');
  });

  test('a connection that the browser refuses to make has failed', () => {
    const { executor, events, refusePeers, reported } = stage(first(openPeer));
    refusePeers();
    executor.dispatch({ type: 'join_requested' });
    assert.deepEqual(events[1], { type: 'connection_changed', ...at, state: 'failed' });
    assert.equal(reported.length, 1);
  });

  test('an event raised while another is handled waits for its turn', () => {
    const order: string[] = [];
    const { executor, ports } = stage((event) => {
      order.push(`begin ${event.type}`);
      if (event.type !== 'join_requested') return undefined;
      ports.devices.onEnded?.('t');
      executor.dispatch({ type: 'time_passed' });
      order.push('end');
      return undefined;
    });
    executor.dispatch({ type: 'join_requested' });
    assert.deepEqual(order, ['begin join_requested', 'end', 'begin track_ended', 'begin time_passed']);
  });

  test('there is one timer, at what the last step said', () => {
    const wakes: (number | undefined)[] = [200, 300, 300, undefined, 400, 500];
    const { executor, timers, events } = stage(() => ({ wakeAt: wakes.shift() as number }));
    for (let index = 0; index < 5; index++) executor.dispatch({ type: 'negotiation_needed', ...at });
    assert.deepEqual(timers.map(({ instant, undone }) => [instant, undone]), [[200, true], [300, true], [400, false]]);
    timers[2]?.wake();
    assert.equal(events.at(-1)?.type, 'time_passed');
    assert.equal(timers.at(-1)?.instant, 500);
  });

  test('one socket at a time; the last words of an older one are not heard', () => {
    const steps: ClientCommand[][] = [[openTransport(1)], [openTransport(2)], [{ type: 'send', name: 'x', body: '', form: 'text' }], [{ type: 'close_transport' }]];
    const { executor, log, sockets, events } = stage((event) => (event.type === 'join_requested' ? { commands: steps.shift() ?? [] } : undefined));
    executor.dispatch({ type: 'join_requested' });
    sockets[0]?.opened();
    executor.dispatch({ type: 'join_requested' });
    sockets[0]?.closed('late');
    sockets[0]?.arrived('meetwire', '{}');
    sockets[1]?.arrived('meetwire', '{}');
    executor.dispatch({ type: 'join_requested' });
    executor.dispatch({ type: 'join_requested' });
    sockets[1]?.closed('later');
    assert.deepEqual(log, ['open 1', 'close 1', 'open 2', 'send x', 'close 2']);
    assert.deepEqual(
      events.filter(({ type }) => type !== 'join_requested'),
      [{ type: 'transport_opened', attempt: 1 }, { type: 'message_arrived', attempt: 2, name: 'meetwire', body: '{}' }],
    );
  });

  test('A16, C9: after close nothing is called any more, whatever was under way', async () => {
    const { executor, events, log, operations, sockets, peers, timers, told, ended, ports } = stage((event) =>
      event.type === 'join_requested'
        ? {
            commands: [
              openTransport(1),
              openPeer,
              { type: 'roll_back', operation: 1, ...at },
              { type: 'capture', operation: 2, source: 'camera', constraints: '', device: '', exact: false, lent: [] },
            ],
            wakeAt: 200,
          }
        : undefined,
    );
    executor.dispatch({ type: 'join_requested' });
    executor.close();
    executor.close();
    assert.deepEqual(log.slice(-4), ['close 1', 'unpeer ben 1', 'devices', 'dispose']);
    const before = log.length;
    for (const operation of operations) operation.resolve([]);
    timers[0]?.wake();
    sockets[0]?.closed('');
    peers[0]?.connectionChanged('closed');
    peers[0]?.remoteTrackChanged('camera', undefined);
    ports.devices.onEnded?.('t');
    executor.dispatch({ type: 'leave_requested' });
    await tick();
    assert.equal(events.length, 1);
    assert.equal(log.length, before);
    assert.equal(timers[0]?.undone, true);
    assert.deepEqual(told, []);
    assert.deepEqual(ended, [undefined]);
  });

  test('it closes when the core has left and waits for nothing any more', () => {
    const { executor, ended } = stage((event) =>
      event.type === 'leave_requested' ? { commands: [left], wakeAt: 150 } : undefined,
    );
    executor.dispatch({ type: 'leave_requested' });
    assert.deepEqual(ended, []);
    executor.dispatch({ type: 'time_passed' });
    assert.deepEqual(ended, [undefined]);
  });

  test('a core that fails ends everything with its error', () => {
    const { executor, ended, log } = stage(() => {
      throw new MeetingError({ code: 'internal' });
    });
    executor.dispatch({ type: 'join_requested' });
    assert.equal(ended[0]?.code, 'internal');
    assert.deepEqual(log, ['devices', 'dispose']);
  });
});
