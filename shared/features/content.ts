import type { ContentBlock } from '@modelcontextprotocol/server';

/** Content blocks as a tool's whole answer, or beside its structured output. */
export class Content {
  readonly blocks: readonly ContentBlock[];
  constructor(blocks: readonly ContentBlock[]) {
    this.blocks = blocks;
  }
}

/** For tools without an output schema: text, images, sound, resources. */
export function content(...blocks: readonly ContentBlock[]): Content {
  return new Content(blocks);
}

export function text(value: string): ContentBlock {
  return { type: 'text', text: value };
}

export function image(bytes: Uint8Array, mimeType: string): ContentBlock {
  return { type: 'image', data: Buffer.from(bytes).toString('base64'), mimeType };
}

export function audio(bytes: Uint8Array, mimeType: string): ContentBlock {
  return { type: 'audio', data: Buffer.from(bytes).toString('base64'), mimeType };
}
