/** The lines of sink B of the audit trail, by their `message`: what subscription filters of infra look for. */
export const FALLBACK_EVENT = 'audit.fallback';
export const SAMPLE_EVENT = 'audit.sample';
