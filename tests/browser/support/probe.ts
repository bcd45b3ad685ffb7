// Put into a page before its own scripts: remembers every connection, captured track, socket and uncaught error, so
// that a test can say what is left of them. It changes nothing of what the page sees.
//
// The function is sent to the browser as text: it must name nothing from outside itself.

export interface Probe {
  connections: RTCPeerConnection[];
  /** The types of all descriptions set locally, over all connections, in order. */
  localDescriptions: string[];
  captured: MediaStreamTrack[];
  sockets: WebSocket[];
  /** Text frames, in the order in which they were sent and came. */
  frames: { sent: boolean; text: string }[];
  errors: string[];
}

declare global {
  interface Window {
    probe: Probe;
  }
}

export function installProbe(): void {
  const probe: Probe = { connections: [], localDescriptions: [], captured: [], sockets: [], frames: [], errors: [] };
  window.probe = probe;

  const said = (reason: unknown) => (reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason));
  window.addEventListener('error', (event) => probe.errors.push(said(event.error ?? event.message)));
  window.addEventListener('unhandledrejection', (event) => probe.errors.push(said(event.reason)));

  if ('RTCPeerConnection' in window) {
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        probe.connections.push(this);
      }

      override async setLocalDescription(...given: [RTCLocalSessionDescriptionInit?]): Promise<void> {
        const implied = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
        probe.localDescriptions.push(given[0]?.type ?? implied);
        await super.setLocalDescription(...given);
      }
    } as typeof RTCPeerConnection;
  }

  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      probe.sockets.push(this);
      this.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') probe.frames.push({ sent: false, text: data });
      });
    }

    override send(body: Parameters<WebSocket['send']>[0]): void {
      if (typeof body === 'string') probe.frames.push({ sent: true, text: body });
      super.send(body);
    }
  };

  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) return; // an insecure page
  const remember = (stream: MediaStream) => {
    probe.captured.push(...stream.getTracks());
    return stream;
  };
  const user = devices.getUserMedia.bind(devices);
  const display = devices.getDisplayMedia?.bind(devices);
  devices.getUserMedia = async (constraints) => remember(await user(constraints));
  if (display !== undefined) devices.getDisplayMedia = async (options) => remember(await display(options));
}
