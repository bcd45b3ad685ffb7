// Brings one of the WebAssembly modules to life, the same way in a page, a worker, under a bundler and in Node.
//
// Owns: where the bytes come from, compiling once, instantiating. Knows nothing of what the module does.

import { unpackLzma } from './lzma.ts';

/** What can stand in for the bytes that are built in: to take them from a cache, or to stream them. */
export type WasmSource = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | WebAssembly.Module;

export interface LoadOptions {
  /** The module itself (`meetwire/core.wasm`, of the same version); default: the bytes built into this file. */
  wasm?: WasmSource | PromiseLike<WasmSource>;
}

/** The hook of Emscripten's glue by which its caller instantiates the module. */
export interface GlueOptions {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}

/** An instance: what the C++ exports, and its memory. */
export interface LoadedModule<Door> {
  door: Door;
  memory: WebAssembly.Memory;
}

/** What the build puts into wasm/<door>.js. */
export interface PackedModule<Door> {
  /** Emscripten's glue: makes an instance and resolves to what the C++ exports. */
  default: (options: GlueOptions) => Promise<Door>;
  /** The module's bytes: LZMA without header, then in base64. */
  packed: string;
  /** How many bytes that unpacks to. */
  size: number;
}

/**
 * A loader for one packed module. Every call gives an instance of its own, with its own memory; the built-in
 * bytes are unpacked and compiled only once. Rejects with what WebAssembly says (`CompileError`, `LinkError`),
 * or with a `TypeError` for a response that is not a success; a failure is not remembered.
 */
export function loaderOf<Door>(packed: PackedModule<Door>): (options?: LoadOptions) => Promise<LoadedModule<Door>> {
  let builtIn: Promise<WebAssembly.Module> | undefined;

  const compileBuiltIn = (): Promise<WebAssembly.Module> => {
    builtIn ??= WebAssembly.compile(unpack(packed)).catch((error: unknown) => {
      builtIn = undefined;
      throw error;
    });
    return builtIn;
  };

  return async ({ wasm } = {}) => {
    const module = wasm === undefined ? await compileBuiltIn() : await compile(await wasm);
    return instantiate(packed.default, module);
  };
}

function instantiate<Door>(glue: PackedModule<Door>['default'], module: WebAssembly.Module): Promise<LoadedModule<Door>> {
  return new Promise((resolve, reject) => {
    let memory: WebAssembly.Memory;
    glue({
      instantiateWasm(imports, done) {
        // The glue has no way to be told of a failure here: its own promise would stay pending for ever.
        WebAssembly.instantiate(module, imports).then((instance) => {
          // Its name is one of the linker's choosing.
          memory = Object.values(instance.exports).find((each) => each instanceof WebAssembly.Memory)!;
          done(instance, module);
        }, reject);
        return {};
      },
    }).then((door) => resolve({ door, memory }), reject);
  });
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new TypeError(`The WebAssembly module could not be fetched: HTTP status ${source.status}`);
  // Streaming insists on the content type, which not every static server knows for .wasm.
  const streams = source.headers.get('content-type') === 'application/wasm';
  return streams ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer());
}

function unpack({ packed, size }: Pick<PackedModule<unknown>, 'packed' | 'size'>): Uint8Array<ArrayBuffer> {
  return unpackLzma(Uint8Array.from(atob(packed), (character) => character.charCodeAt(0)), size);
}
