import type { Persona } from '../persona.ts';
import { chatgpt, chatgptPerConnector } from './chatgpt.ts';
import { claudeCode, claudeWeb } from './claude.ts';
import { codex } from './codex.ts';
import { cursor } from './cursor.ts';
import { inspector } from './inspector.ts';
import { vscode } from './vscode.ts';

export const PERSONAS: readonly Persona[] = [
  chatgpt,
  chatgptPerConnector,
  claudeWeb,
  claudeCode,
  codex,
  vscode,
  cursor,
  inspector,
];
