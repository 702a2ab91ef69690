/** What a clause or title was read to ask for. */
import type { IdentifierKey } from '../identifiers';
import type { Owner } from './ownership';

export interface Reading {
  /** In the order of the title; several when it asks for several in one answer. */
  keys: IdentifierKey[];
  /** Only "name": the neighbouring questions decide whether first, last or full. */
  bare: boolean;
  owner: Owner | null;
  /** "Your ...": the title itself says that the client's own is meant. */
  own: boolean;
  secondary: boolean;
  /** Every word of the clause was understood. Otherwise only an e-mail or phone is trusted, because its value proves it. */
  complete: boolean;
  /** The clause names a person and asks for nothing else: "Contact person". */
  roleOnly: boolean;
  /** A second choice by its words: "suburb" next to "city", a preferred name next to a name. */
  lesser: boolean;
  nickname: boolean;
  /** The keys are alternatives: "Name / Company". */
  alternatives: boolean;
}
