/**
 * What the trail keeps of the arguments of a call. `keys`: a keyed digest, and the names of the arguments. `redacted` and
 * `full`: also the values, sealed; `redacted` without what is or looks like a secret.
 */
export const AUDIT_LEVELS = ['none', 'keys', 'redacted', 'full'] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];

/** `strict`: nothing runs without its record in the table. `available`: the second sink is enough. */
export const AUDIT_MODES = ['strict', 'available'] as const;
export type AuditMode = (typeof AUDIT_MODES)[number];

export interface AuditRule {
  readonly level: AuditLevel;
  readonly mode: AuditMode;
}

export const DEFAULT_AUDIT: AuditRule = { level: 'keys', mode: 'strict' };

/**
 * @param effect whether the tool may change something
 * @throws Error at start for a level or a mode that does not exist, and for effects without a record
 */
export function toAuditRule(name: string, asked: Partial<AuditRule> | undefined, effect: boolean): AuditRule {
  const rule = { ...DEFAULT_AUDIT, ...asked };
  if (!AUDIT_LEVELS.includes(rule.level)) throw new Error(`${name}: audit.level is one of ${AUDIT_LEVELS.join(', ')}`);
  if (!AUDIT_MODES.includes(rule.mode)) throw new Error(`${name}: audit.mode is one of ${AUDIT_MODES.join(', ')}`);
  if (rule.mode === 'available' && effect) {
    throw new Error(`${name}: audit.mode available is for tools with readOnlyHint: true. Leave it at strict.`);
  }
  return rule;
}
