// Figures for Prometheus, by prom-client. Read when they are asked for: between two scrapes they cost nothing.
//
// Must not know rooms, users or addresses by name: no label has them.

import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Counts } from './counts.ts';
import { securityHeaders } from './headers.ts';
import type { Stats } from './stats.ts';

export interface MetricsParts {
  readonly stats: () => Stats;
  readonly counts: Counts;
  readonly version: string;
}

const states: readonly Stats['status'][] = ['ok', 'starting', 'closing', 'failed', 'journal-fails'];

export class Metrics {
  readonly #registry = new Registry();

  constructor({ stats, counts, version }: MetricsParts) {
    const registers = [this.#registry];
    // Process and Node: memory, CPU, file descriptors, garbage collection, event-loop lag.
    collectDefaultMetrics({ register: this.#registry });

    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({ name, help, registers, collect() { this.set(value()); } });
    };
    const counter = (name: string, help: string, value: () => number): void => {
      new Counter({ name, help, registers, collect() { this.reset(); this.inc(value()); } });
    };
    const counters = (name: string, label: string, help: string, values: ReadonlyMap<string, number>): void => {
      new Counter({ name, help, labelNames: [label], registers, collect() {
        this.reset();
        for (const [key, value] of values) this.inc({ [label]: key }, value);
      } });
    };

    new Gauge({ name: 'meetwire_info', help: 'Always 1; the version is a label.', labelNames: ['version'], registers }).set({ version }, 1);
    new Gauge({ name: 'meetwire_state', help: '1 for the state that the server is in.', labelNames: ['state'], registers, collect() {
      for (const state of states) this.set({ state }, stats().status === state ? 1 : 0);
    } });
    gauge('meetwire_connections', 'Open signalling connections.', () => stats().connections);
    gauge('meetwire_rooms', 'Rooms with at least one place in them.', () => stats().rooms);
    gauge('meetwire_members', 'Places in rooms, those of lost sockets included.', () => stats().members);
    if (stats().journal !== undefined) {
      gauge('meetwire_journal_rooms', 'Rooms whose logs are kept.', () => stats().journal?.rooms ?? 0);
      gauge('meetwire_journal_bytes', 'What those logs take.', () => stats().journal?.bytes ?? 0);
    }
    counter('meetwire_joins_total', 'Places taken.', () => counts.joins);
    counter('meetwire_resumes_total', 'Places taken again after a lost socket.', () => counts.resumes);
    counter('meetwire_renewals_total', 'Fresh tokens and ICE servers judged and handed out.', () => counts.renewals);
    counter('meetwire_frames_total', 'Frames that clients sent.', () => counts.frames);
    counter('meetwire_relays_total', 'Frames sent to clients because of what another one said.', () => counts.relays);
    counters('meetwire_refusals_total', 'code', 'Connections and hellos turned away.', counts.refusals);
    counters('meetwire_leaves_total', 'reason', 'Places given up.', counts.leaves);
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}

/** On a port of its own: whoever may look at figures need not be able to join meetings, nor the other way round. */
export function metricsServer(metrics: Metrics, more: (path: string) => { status: number; body: object } | undefined): Server {
  return createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    const head = { ...securityHeaders, 'Cache-Control': 'no-store' };
    const say = (status: number, type: string, body: string): void => void response.writeHead(status, { ...head, 'Content-Type': type }).end(body);
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'text/plain', 'Only GET and HEAD are answered here.\n');
    const other = more(path);
    if (other !== undefined) return say(other.status, 'application/json', JSON.stringify(other.body));
    if (path !== '/metrics') return say(404, 'text/plain', 'There is /metrics, /healthz and /readyz.\n');
    metrics.text().then(
      (text) => say(200, metrics.contentType, text),
      () => say(500, 'text/plain', 'The figures could not be read.\n'),
    );
  });
}
