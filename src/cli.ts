#!/usr/bin/env node
/** The operator commands. */
import 'reflect-metadata';
import { outlivesItsReader } from './commands/output';
import { runCommand } from './commands/run-command';

outlivesItsReader();
void runCommand(process.argv.slice(2));
