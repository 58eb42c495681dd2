/** Markup that is safe to send: made by the tag `html` and by nothing else outside of this file. */
class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type { Html };

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for attribute values in quotes of either kind. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** Every value that is not markup itself is escaped: who writes a page cannot forget it. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[] | undefined)[]
): Html {
  const filled = parts.map((part, at) => part + textOf(at < values.length ? values[at] : undefined));
  return new Html(filled.join(''));
}

function textOf(value: string | Html | readonly Html[] | undefined): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  return typeof value === 'string' ? escapeHtml(value) : value.map(({ text }) => text).join('');
}

/** Text of this program, as it stands: never of anybody who sends requests. */
export function ownText(text: string): Html {
  return new Html(text);
}
