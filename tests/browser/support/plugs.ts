// Put into a page after it has loaded: lets a test plug devices out and in, which no browser offers. What the page is
// listed and given changes accordingly; the devices themselves are the browser's fake ones.
//
// The function is sent to the browser as text: it must name nothing from outside itself.

export interface Plugs {
  /** By device id. Its tracks end. */
  unplug(id: string): void;
  plug(id: string): void;
  /** What the next requests of that kind are refused with, in order. */
  refusals: { kind: 'video' | 'audio'; name: string }[];
  /** Ends a shared picture as the browser's own bar does. */
  endShare(): void;
}

declare global {
  interface Window {
    plugs: Plugs;
  }
}

export function installPlugs(): void {
  const devices = navigator.mediaDevices;
  const away = new Set<string>();
  const list = devices.enumerateDevices.bind(devices);
  const user = devices.getUserMedia.bind(devices);
  const changed = () => devices.dispatchEvent(new Event('devicechange'));
  const end = (track: MediaStreamTrack) => {
    if (track.readyState !== 'live') return;
    track.stop();
    track.dispatchEvent(new Event('ended'));
  };
  const plugs: Plugs = {
    unplug(id) {
      away.add(id);
      for (const track of window.probe.captured) if (track.getSettings().deviceId === id) end(track);
      changed();
    },
    plug(id) {
      away.delete(id);
      changed();
    },
    refusals: [],
    endShare() {
      for (const track of window.probe.captured) if ('displaySurface' in track.getSettings()) end(track);
    },
  };
  window.plugs = plugs;

  const plugged = async () => (await list()).filter(({ deviceId }) => !away.has(deviceId));
  devices.enumerateDevices = plugged;
  devices.getUserMedia = async (constraints = {}) => {
    const kind = constraints.video ? 'video' : 'audio';
    const at = plugs.refusals.findIndex((each) => each.kind === kind);
    const [refusal] = at < 0 ? [] : plugs.refusals.splice(at, 1);
    if (refusal !== undefined) throw new DOMException('made up', refusal.name);
    const wanted = constraints[kind];
    const asked = typeof wanted === 'object' ? wanted : {};
    const { exact, ideal } = Object(asked.deviceId) as { exact?: string; ideal?: string };
    const there = (await plugged()).filter((each) => each.kind === `${kind}input`);
    const isThere = (id: string | undefined) => there.some(({ deviceId }) => deviceId === id);
    if (there.length === 0) throw new DOMException('', 'NotFoundError');
    if (exact !== undefined && !isThere(exact)) throw Object.assign(new Error(''), { name: 'OverconstrainedError', constraint: 'deviceId' });
    const id = exact ?? (isThere(ideal) ? ideal : undefined) ?? there[0]?.deviceId;
    // Firefox names no device before it has given one.
    return user({ [kind]: id ? { ...asked, deviceId: { exact: id } } : wanted });
  };
}
