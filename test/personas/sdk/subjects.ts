import { inspector } from '../clients/inspector.ts';
import type { Subject } from '../matrix.ts';
import type { Persona } from '../persona.ts';
import { createSdkV1 } from './v1.ts';
import { createSdkV2, SDK_REDIRECT } from './v2.ts';

/** The real library is run. Of the data only what an administrator would enter for it is used. */
function library(id: string, name: string): Persona {
  const { value, source } = inspector.registration;
  const registration = { value: { ...value, identity: { redirect: SDK_REDIRECT } }, source };
  const { hint: _, ...facts } = inspector;
  return { ...facts, id, name, registration };
}

export const SDK_SUBJECTS: readonly Subject[] = [
  { persona: library('sdk-v2', 'TypeScript SDK 2 (client 2.4.0)'), create: createSdkV2, real: true },
  { persona: library('sdk-v1', 'TypeScript SDK 1 (sdk 1.32.2)'), create: createSdkV1, real: true },
];
