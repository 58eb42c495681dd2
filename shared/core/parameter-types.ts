import { z } from 'zod';

/** What parameters are made of: a schema that reads text and JSON, a sentence, a correct example. */
export interface Parameter<T> {
  readonly schema: z.ZodType<T>;
  readonly help: string;
  readonly example: string;
  /** As shown in the documentation, where a default exists. */
  readonly preset?: string;
}

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/;
const URL_TEXT = /^https?:\/\/[^\s"'<>\\]+$/;

export const parameter = <T>(schema: z.ZodType<T>, help: string, example: string, preset?: string): Parameter<T> => ({
  schema,
  help,
  example,
  ...(preset === undefined ? {} : { preset }),
});

/** Context values come as text from the command line and as JSON from cdk.json: both are read. */
export const list = (item: z.ZodType<string>) =>
  z
    .preprocess(
      (value) =>
        typeof value === 'string'
          ? value
              .split(',')
              .map((part) => part.trim())
              .filter(Boolean)
          : value,
      z.array(item),
    )
    .optional();
export const flag = z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
export const whole = (least: number, most: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z.number().int().min(least).max(most),
  );
export const text = (pattern: RegExp, message: string) => z.string().regex(pattern, message);
export const url = text(URL_TEXT, 'must be an absolute URL');
export const origin = text(ORIGIN, 'must be an origin: scheme and host in lower case, no path, no slash at the end');
export const arn = (pattern: RegExp, what: string) => text(pattern, `must be the ARN of ${what}`).optional();
export const secretArn = arn(
  /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  'a secret in Secrets Manager, whole, with the six characters at its end',
);
export const host = text(
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  'must be a host name in lower case, without https://',
).optional();
export const claim = text(/^[^\s]{1,128}$/, 'must be the name of one claim').optional();

/** Of an issuer, the primary one or another. */
export const audiences = list(text(/^[^\s,"\\]{1,512}$/, 'must be one audience'));
export const clientIds = list(text(/^[^\s,]{1,256}$/, 'must be one client id'));
export const algorithmNames = list(z.string());
export const scopePrefix = text(
  /^[\x21\x23-\x5b\x5d-\x7e]{0,256}$/,
  'must be printable ASCII without spaces and quotes',
).optional();
