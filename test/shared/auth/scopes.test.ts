import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toLogicalScopes, toWireScopes } from '../../../shared/auth/scopes.ts';
import type { IdpPresetName } from '../../../shared/core/config.ts';
import { PRESETS } from '../../../shared/idp/presets.ts';
import { RESOURCE, testConfig } from '../../support/config.ts';

const PREFIX = `${RESOURCE}/`;
const of = (preset: IdpPresetName, scopePrefix = '') => testConfig({ idp: { preset, scopePrefix } });

describe('what clients ask for', () => {
  test('scopes are prefixed, sorted and told once', () => {
    expect(toWireScopes(of('cognito', PREFIX), ['b', 'a', 'b'])).toEqual([`${PREFIX}a`, `${PREFIX}b`]);
  });

  test('without a prefix they are our own names', () => {
    expect(toWireScopes(of('oidc'), ['starter.echo'])).toEqual(['starter.echo']);
  });
});

describe('what a token has', () => {
  test.each<readonly [string, IdpPresetName, string, readonly string[], readonly string[]]>([
    ['the prefix is taken off', 'cognito', PREFIX, [`${PREFIX}b`, `${PREFIX}a`], ['a', 'b']],
    ['where tokens carry the prefix, others are not ours', 'cognito', PREFIX, ['openid', 'a', `x${PREFIX}a`], []],
    ['a longer resource is another one', 'cognito', PREFIX, [`${RESOURCE}2/a`], []],
    ['Entra asks with the prefix and answers without', 'entra-v2', PREFIX, ['a'], ['a']],
    ['a generic token may have either form', 'oidc', PREFIX, ['a', `${PREFIX}a`, `${PREFIX}b`], ['a', 'b']],
    ['without a prefix names stay', 'okta', '', ['b', 'a', 'a'], ['a', 'b']],
    ['names are compared by case', 'oidc', '', ['A', 'a'], ['A', 'a']],
    ['none is none', 'oidc', '', [], []],
  ])('%s', (_name, preset, prefix, wire, logical) => {
    expect(toLogicalScopes(of(preset, prefix), wire)).toEqual(logical);
  });

  test.each(Object.keys(PRESETS) as IdpPresetName[])('what is asked for at %s is what is had', (preset) => {
    const name = fc.stringMatching(/^[a-z]+\.[a-z]+$/);
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.constantFrom('', PREFIX, 'api://guid/'), (names, prefix) => {
        const config = of(preset, prefix);
        expect(toLogicalScopes(config, toWireScopes(config, names))).toEqual([...names].sort());
      }),
    );
  });
});
