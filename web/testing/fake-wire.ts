// What joins the fake connections of one world: candidates lead from one to the other through it, and so do the tracks.

import type { Seat, Wire } from './fake-seat.ts';
import { FakePath } from './fake-data-channel.ts';
import { asTrack } from './fake-media.ts';
import { FakePeerConnection } from './fake-peer-connection.ts';
import { receives, sends } from './fake-sdp.ts';
import { turns } from './pace.ts';

export type PeerConnectionConstructor = new (configuration?: RTCConfiguration) => RTCPeerConnection;

export class FakeWire implements Wire<FakePeerConnection> {
  readonly open = new Set<FakePeerConnection>();
  made = 0;
  names = 0;
  readonly path = new FakePath();
  /** No path: nothing connects any more. */
  cut = false;
  readonly byUfrag = new Map<string, FakePeerConnection>();

  /** The constructor to hand to the peer port. */
  get PeerConnection(): PeerConnectionConstructor {
    return this.constructorFor({ pace: turns, pathOf: () => this.path });
  }

  constructorFor(seat: Seat<FakePeerConnection>): PeerConnectionConstructor {
    const wire = this;
    return class extends FakePeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(wire, seat, configuration);
      }
    } as unknown as PeerConnectionConstructor;
  }

  reaches(_from: FakePeerConnection, _to: FakePeerConnection): boolean {
    return !this.cut;
  }

  /** Connections or what is sent over them have become others. */
  changed(): void {
    this.unmute();
  }

  /** Told of every operation and state. */
  noted(_connection: FakePeerConnection, _what: string): void {}

  /** Received tracks are muted until something comes in over them, and again once they no longer receive. */
  protected unmute(): void {
    for (const connection of this.open) {
      const other = connection.connectionState === 'connected' ? connection.other : undefined;
      for (const { mid, currentDirection, receiver } of connection.transceivers) {
        const there = other?.transceivers.find((each) => each.mid === mid);
        const mayCome = currentDirection !== null && receives(currentDirection);
        if (!mayCome) receiver.track.setMuted(true);
        else if (there?.currentDirection && sends(there.currentDirection) && there.sender.track) receiver.track.setMuted(false);
      }
    }
  }

  statsOf(_connection: FakePeerConnection): RTCStatsReport {
    return new Map();
  }

  /** What the other end sends into the m-line that this track receives; null: nothing; undefined: no connection. */
  sentInto(received: MediaStreamTrack | undefined): MediaStreamTrack | null | undefined {
    for (const connection of this.open) {
      const at = connection.transceivers.find((each) => asTrack(each.receiver.track) === received);
      const other = connection.connectionState === 'connected' ? connection.other : undefined;
      const there = other?.transceivers.find((each) => each.mid === at?.mid);
      if (!at || !there) continue;
      const flows = at.currentDirection && receives(at.currentDirection) && there.currentDirection && sends(there.currentDirection);
      return flows ? there.sender.track : null;
    }
    return undefined;
  }
}
