import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { PROJECT } from './tools';

export const RULES_FILE = 'deploy/prometheus/rules.yaml';
export const RULE_TESTS = ['deploy/prometheus/rules.test.yaml', 'deploy/prometheus/rules.days.test.yaml'];

/** A rule of rules.yaml: an alert, or a recording when `record` is there. */
export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface AlertRule extends Rule {
  alert: string;
}

export function readProjectFile(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}

/** Every rule, in the order of the file. */
export function readRules(): Rule[] {
  const { groups } = parse(readProjectFile(RULES_FILE)) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Every alert, in the order of the file. */
export function readAlerts(): AlertRule[] {
  return readRules().filter((rule): rule is AlertRule => rule.alert !== undefined);
}

/** The anchor that a heading gets where Markdown is shown. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}
