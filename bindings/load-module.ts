// Brings one of the WebAssembly modules to life, the same way in a page, a worker, under a bundler and in Node.
//
// Owns: where the bytes come from, compiling once, instantiating by Emscripten's own code. Knows nothing of what the module does.

/** What can stand in for the bytes that are built in: to take them from a cache, or to stream them. */
export type WasmSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | WebAssembly.Module;

export interface LoadOptions {
  /** The module itself (`meetwire/core.wasm`, of the same version); default: the bytes built into this file. */
  wasm?: WasmSource | PromiseLike<WasmSource>;
}

/** What Emscripten makes of one door in bindings/, as far as it is used here: `Module.instantiateWasm` of its documentation. */
export type CreateModule<Door> = (settings: {
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
}) => Promise<Door>;

/** What the build puts into wasm/<door>.js. */
export interface BuiltModule<Door> {
  default: CreateModule<Door>;
  /** The bytes of the module: one character for each, of which the low eight bits count. */
  bytes: string;
}

/**
 * A loader for one built module. Every call gives an instance of its own, with its own memory; the built-in bytes are
 * compiled only once. Rejects with what WebAssembly says (`CompileError`, `LinkError`), or with a `TypeError` for a response
 * that is not a success; a failure is not remembered.
 */
export function loaderOf<Door>({ default: createModule, bytes }: BuiltModule<Door>): (options?: LoadOptions) => Promise<Door> {
  let builtIn: Promise<WebAssembly.Module> | undefined;

  const compileBuiltIn = (): Promise<WebAssembly.Module> => {
    builtIn ??= WebAssembly.compile(bytesOf(bytes)).catch((error: unknown) => {
      builtIn = undefined;
      throw error;
    });
    return builtIn;
  };

  return async ({ wasm } = {}) => {
    const module = wasm === undefined ? await compileBuiltIn() : await compile(await wasm);
    return instantiate(createModule, module);
  };
}

// Emscripten's promise does not hear of a failure of this hook, so that it is passed by.
const instantiate = <Door>(createModule: CreateModule<Door>, module: WebAssembly.Module): Promise<Door> =>
  new Promise<Door>((resolve, reject) => {
    createModule({
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(module, imports).then(done).catch(reject);
        return {};
      },
    }).then(resolve, reject);
  });

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new TypeError(`The WebAssembly module could not be fetched: HTTP status ${source.status}`);
  // Streaming insists on the content type, which not every static server knows for .wasm.
  const streams = source.headers.get('content-type') === 'application/wasm';
  return streams ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer());
}

// An element of a Uint8Array keeps the low eight bits of what is stored. A plain loop, as it is part of what a join waits for.
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; ++at) bytes[at] = text.charCodeAt(at);
  return bytes;
}
