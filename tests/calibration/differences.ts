// Where browsers part from the specification. Two kinds, both with their reason:
// a quirk is in the model too, which does as the browser does where it is switched on; a rule matches what differs
// between the two observations, and what comes after in that script is not compared any more.

import type { BrowserName } from './browser.ts';
import type { Script, Side } from './script.ts';

export interface Listed {
  name: string;
  browsers: BrowserName[];
  reason: string;
}

/** The names are those of `Quirk` in tests/support/peer_model_types.hpp. */
export const quirks: Listed[] = [
  {
    name: 'description-as-at-call',
    browsers: ['chromium'],
    reason: 'What setLocalDescription() describes is read when its turn on the chain comes, not when it is done.',
  },
  {
    name: 'empty-offer-refused',
    browsers: ['chromium'],
    reason:
      'With bundlePolicy max-bundle an offer that has no m-line, or only rejected ones, is refused; whatever ' +
      'description comes after, or a rollback, fails as well: OperationError, for the life of the connection.',
  },
  {
    name: 'rollback-announces-need-first',
    browsers: ['chromium'],
    reason: 'An explicit rollback fires negotiationneeded before signalingstatechange, with the operation still running.',
  },
  {
    name: 'need-announced-over-harmless',
    browsers: ['chromium'],
    reason: 'negotiationneeded does not wait for operations that end at once and change nothing.',
  },
  {
    name: 'unknown-ufrag-ignored',
    browsers: ['chromium'],
    reason: 'A candidate of a generation that no remote description has is taken and dropped, not refused.',
  },
  {
    name: 'rollback-either-way',
    browsers: ['chromium'],
    reason: 'setRemoteDescription takes a local offer back, and setLocalDescription a remote one.',
  },
  {
    name: 'credentials-outlive-rollback',
    browsers: ['firefox'],
    reason: 'The ICE credentials of a first offer that was taken back are used again in the next description.',
  },
  {
    name: 'repeated-offer-starts-anew',
    browsers: ['firefox'],
    reason: 'An offer in have-remote-offer first undoes the one before: its transceivers are stopped and made anew, with new track events.',
  },
  {
    name: 'rollback-loses-data-line',
    browsers: ['chromium'],
    reason:
      "When an offer that brought the data channel's m-line is taken back, no later offer has that m-line again, and " +
      'an offer that has it under another mid is answered by rejecting it: the channel is lost.',
  },
  {
    name: 'track-again-after-own-change',
    browsers: ['chromium'],
    reason: 'When a page has stopped a transceiver, or set a direction that does not receive, the next description raises its track event again, whatever that description is.',
  },
  {
    name: 'silent-answer-names-no-stream',
    browsers: ['firefox'],
    reason: 'An answer with which a transceiver sends nothing for now does not name its streams, so that negotiation is needed again at once.',
  },
  {
    name: 'recycles-same-kind-only',
    browsers: ['firefox'],
    reason: 'A rejected m-line is used anew for a transceiver of its own kind only.',
  },
  {
    name: 'track-stays-announced',
    browsers: ['firefox'],
    reason: 'A line that was answered as not receiving raises no new track event when it receives later; only what the other side says counts.',
  },
  {
    name: 'data-line-keeps-its-place',
    browsers: ['firefox'],
    reason: 'After a rollback the m-line of the data channel comes before those of transceivers that were made after it.',
  },
  {
    name: 'credentials-follow-first-line',
    browsers: ['chromium'],
    reason: 'When the first m-line is given up, the next one in the bundle brings new ICE credentials if it is new itself.',
  },
  {
    name: 'refused-offer-still-rolls-back',
    browsers: ['firefox'],
    reason: 'An offer that is refused in have-local-offer has taken the own offer back all the same.',
  },
];

/** The first place in which two observations differ. */
export interface Difference {
  seed: number;
  step: number;
  side: Side;
  where: 'log' | 'state';
  model: string[];
  browser: string[];
  /** What was asked of that side, in this step. */
  asked: string[];
  script: Script;
  /** The quirks that the model has needed up to here. */
  quirks: string[];
}

export interface Rule extends Listed {
  matches(difference: Difference): boolean;
}

const without = (lines: string[], pattern: RegExp): string => lines.filter((line) => !pattern.test(line)).join('\n');
const sorted = (lines: string[]): string => [...lines].sort().join('\n');
/** Some operation of this side was asked for while another one of it was under way, up to this step. */
const overlaps = ({ script, step, side }: Difference, sync: string, asynchronous: string): boolean =>
  script.steps.slice(0, step + 1).some(({ operations }) => {
    const own = operations.filter(({ on }) => on === side);
    const begun = own.findIndex((each) => each.do === asynchronous);
    return begun >= 0 && own.slice(begun).some((each) => each.do === sync);
  });

const immediate = /^(addTransceiver|setDirection|bind|stop|restartIce|createDataChannel)$/;
/** Something was changed at once while an operation of this side was under way, up to this step. */
const overlapsAnything = ({ script, step, side }: Difference): boolean =>
  script.steps.slice(0, step + 1).some(({ operations }) => {
    const own = operations.filter(({ on }) => on === side);
    const begun = own.findIndex((each) => !immediate.test(each.do) && each.do !== 'close');
    return begun >= 0 && own.slice(begun).some((each) => immediate.test(each.do));
  });

export const rules: Rule[] = [
  {
    name: 'after-empty-offer',
    browsers: ['chromium'],
    reason: 'A connection whose empty offer was refused is beyond use: what it still says is not compared.',
    matches: ({ quirks: used }) => used.includes('empty-offer-refused'),
  },
  {
    name: 'after-data-line-lost',
    browsers: ['chromium'],
    reason: 'Once the data channel has lost its m-line by a rollback, offers may be refused, and answers may reject the m-line.',
    matches: ({ quirks: used }) => used.includes('rollback-loses-data-line'),
  },
  {
    name: 'call-sees-ahead',
    browsers: ['chromium'],
    reason: 'What is called while operations are under way may count as called before them, or after: they run on another thread.',
    matches: (it) => {
      const bare = (lines: string[]): string => without(lines, /^negotiationneeded| threw /);
      return (it.where === 'state' || bare(it.model) === bare(it.browser)) && overlapsAnything(it);
    },
  },
  {
    name: 'refused-answer-hides-offer',
    browsers: ['chromium'],
    reason: 'After an answer that was refused half-way pendingLocalDescription is null, in have-local-offer.',
    matches: ({ where, model, browser }) =>
      where === 'state' &&
      browser[0] === 'have-local-offer' &&
      model.map((line) => line.replace(/^(local .*) pending offer .*/, '$1 pending none')).join('\n') === browser.join('\n'),
  },
  {
    name: 'need-and-refusal-swapped',
    browsers: ['chromium'],
    reason: 'negotiationneeded and the end of an operation that is refused at once: which comes first is left to threads.',
    matches: ({ where, model, browser }) =>
      where === 'log' && sorted(model) === sorted(browser) && without(model, /^negotiationneeded/) === without(browser, /^negotiationneeded/),
  },
  {
    name: 'extensions-collide-after-rollback',
    browsers: ['chromium'],
    reason:
      'After the rollback of an offer whose m-lines had other kinds than those agreed on then, own offers are refused: ' +
      'InvalidAccessError, "codec collision for header extension", or OperationError, for the life of the connection.',
    matches: ({ where, browser, script, step, side }) => {
      const all = script.steps.flatMap(({ operations }) => operations);
      const before = script.steps.slice(0, step).flatMap(({ operations }) => operations);
      if (!before.some((each) => each.on === side && /^rollBack|^setRemote$/.test(each.do))) return false;
      return where === 'log' && browser.some((line) => /^\d+ (InvalidAccess|Operation)Error in stable/.test(line) && all[parseInt(line)]?.do === 'setLocal');
    },
  },
  {
    name: 'streams-changed-needs-for-ever',
    browsers: ['chromium'],
    reason: 'After setStreams() in an m-line that has sent before, negotiationneeded fires after every exchange.',
    matches: (it) =>
      it.where === 'log' &&
      it.browser.length > it.model.length &&
      without(it.model, /^negotiationneeded/) === without(it.browser, /^negotiationneeded/) &&
      it.script.steps.slice(0, it.step + 1).some(({ operations }) => operations.some((each) => each.on === it.side && each.do === 'bind')),
  },
  {
    name: 'replace-not-on-chain',
    browsers: ['chromium', 'firefox'],
    reason: 'replaceTrack() does not wait for other operations: in Chromium never, in Firefox when it is refused.',
    matches: ({ where, model, browser, script }) => {
      const all = script.steps.flatMap(({ operations }) => operations);
      const others = (lines: string[]): string => lines.filter((line) => all[parseInt(line)]?.do !== 'replaceTrack').join('\n');
      const bare = (lines: string[]): string[] => lines.map((line) => line.replace(/ in [a-z-]+$/, ''));
      return where === 'log' && sorted(bare(model)) === sorted(bare(browser)) && others(model) === others(browser);
    },
  },
  {
    name: 'refused-description-lingers',
    browsers: ['chromium'],
    reason: 'After a refused answer addIceCandidate() goes by it: OperationError instead of InvalidStateError.',
    matches: ({ where, model, browser }) =>
      where === 'log' && model.map((line) => line.replace('InvalidStateError', 'OperationError')).join('\n') === browser.join('\n'),
  },
  {
    name: 'channel-while-setting-lost',
    browsers: ['firefox'],
    reason: 'createDataChannel() while a description is being set is forgotten: no negotiationneeded, and no m-line in later offers.',
    matches: (it) => {
      if (!overlaps(it, 'createDataChannel', 'setRemote') && !overlaps(it, 'createDataChannel', 'setLocal')) return false;
      const bare = (lines: string[]): string => without(lines, /^negotiationneeded/).replace(/ ?application:\d+/g, '');
      return bare(it.model) === bare(it.browser);
    },
  },
  {
    name: 'other-end-started-anew',
    browsers: ['chromium', 'firefox'],
    reason:
      'A description from an end that took back what this one had applied: Chromium refuses its DTLS role, Firefox its ' +
      'ICE restart without being asked: InvalidAccessError.',
    matches: ({ where, model, browser, script }) => {
      const all = script.steps.flatMap(({ operations }) => operations);
      const refused = browser.find((line) => / InvalidAccessError /.test(line)) ?? '';
      return where === 'log' && all[parseInt(refused)]?.do === 'setRemote' && model.some((line) => line.startsWith(`${parseInt(refused)} done`));
    },
  },
  {
    name: 'close-overtakes',
    browsers: ['chromium', 'firefox'],
    reason: 'Whether what was under way still ends when close() comes: replaceTrack() in Chromium does, a candidate in Firefox may not.',
    matches: ({ where, model, browser, script, step }) => {
      const all = script.steps.flatMap(({ operations }) => operations);
      const closes = script.steps[step]?.operations.some((each) => each.do === 'close') ?? false;
      const rest = (lines: string[]): string => lines.filter((line) => !/replaceTrack|addCandidate/.test(all[parseInt(line)]?.do ?? '') && !/ in closed$/.test(line)).join('\n');
      return where === 'log' && closes && rest(model) === rest(browser);
    },
  },
  {
    name: 'stopped-offered-as-inactive',
    browsers: ['firefox'],
    reason: 'The m-line of a stopped transceiver is at times offered as inactive first, and rejected an offer later.',
    matches: ({ where, model, browser }) =>
      where === 'state' && model.map((line) => line.replaceAll(':rejected', ':inactive')).join('\n') === browser.map((line) => line.replaceAll(':rejected', ':inactive')).join('\n'),
  },
  {
    name: 'data-line-outlives-rollback',
    browsers: ['firefox'],
    reason: "A data channel's m-line that a remote offer brought, and that was taken back, is in later own offers without any channel.",
    matches: ({ where, model, browser }) =>
      where === 'state' &&
      browser.map((line) => line.replace(/ application:\d+/g, '')).join('\n') === model.join('\n'),
  },
  {
    name: 'restart-lost-by-rollback',
    browsers: ['firefox'],
    reason: 'Rolling back an ICE restart before the first agreement brings the credentials before it back, in whatever comes next.',
    matches: (it) =>
      it.where === 'state' &&
      it.model.map((line) => line.replace(/ g\d+/g, '')).join('\n') === it.browser.map((line) => line.replace(/ g\d+/g, '')).join('\n') &&
      it.quirks.includes('credentials-outlive-rollback'),
  },
  {
    name: 'data-line-has-another-place',
    browsers: ['firefox'],
    reason: "As data-line-keeps-its-place, once there has been an agreement without that line: sometimes it does, sometimes not.",
    matches: ({ where, model, browser }) => {
      const bare = (lines: string[]): string => lines.map((line) => line.replace(/ application:\d+/g, '').replace(/(:| mid )\d+/g, '$1#')).join('\n');
      return where === 'state' && bare(model) === bare(browser) && model.some((line) => line.includes(' application:'));
    },
  },
  {
    name: 'restart-while-offering-comes-later',
    browsers: ['firefox'],
    reason: 'restartIce() before setLocalDescription() has ended may count for the next offer only.',
    matches: (it) => {
      const bare = (lines: string[]): string => lines.map((line) => line.replace(/ g\d+/g, '')).join('\n');
      const own = it.script.steps[it.step]?.operations.filter(({ on }) => on === it.side) ?? [];
      const asked = (what: string): boolean => own.some((each) => each.do === what);
      return it.where === 'state' && bare(it.model) === bare(it.browser) && asked('restartIce') && asked('setLocal');
    },
  },
  {
    name: 'refusals-when-closed-in-any-order',
    browsers: ['firefox'],
    reason: 'In which order a closed connection refuses what was asked of it in one go.',
    matches: ({ where, model, browser }) =>
      where === 'log' && sorted(model) === sorted(browser) && browser.every((line) => / in closed$| skipped$| threw InvalidStateError$/.test(line)),
  },
  {
    name: 'one-channel-id-twice',
    browsers: ['firefox'],
    reason: 'A second data channel with the same id is refused late, or not at all; one after a rollback may be refused though no other is there.',
    matches: ({ where, model, browser }) =>
      where === 'log' && [...model, ...browser].some((line) => /threw OperationError/.test(line)) && without(model, /threw OperationError/) === without(browser, /threw OperationError/),
  },
  {
    name: 'track-again',
    browsers: ['chromium', 'firefox'],
    reason: 'Which descriptions raise a track event again for an m-line in use, after its streams or directions changed: both differ from the specification and from each other.',
    matches: (it) =>
      it.where === 'log' &&
      without(it.model, /^track|^negotiationneeded/) === without(it.browser, /^track|^negotiationneeded/) &&
      it.script.steps.slice(0, it.step + 1).some(({ operations }) => operations.some(({ do: what }) => /^(bind|setDirection|stop)$/.test(what))),
  },
  {
    name: 'stopped-transceiver-shown-again',
    browsers: ['firefox'],
    reason: 'A transceiver that was stopped and is gone is listed again, stopped, while its m-line is used anew.',
    matches: ({ where, model, browser }) => {
      const gone = / stopped current stopped/;
      return where === 'state' && without(model, gone) === without(browser, gone);
    },
  },
  {
    name: 'm-line-without-mid',
    browsers: ['firefox'],
    reason: 'A transceiver that was stopped before its first offer was answered gets an m-line without a=mid.',
    matches: ({ where, browser }) => where === 'state' && browser.some((line) => line.includes(':undefined:')),
  },
  {
    name: 'changed-mid-accepted',
    browsers: ['firefox'],
    reason: 'An offer that gives an m-line in use another mid is accepted.',
    matches: ({ where, model, browser }) =>
      where === 'log' &&
      model.some((line) => line.includes('InvalidAccessError')) &&
      !browser.some((line) => line.includes('InvalidAccessError')),
  },
];
