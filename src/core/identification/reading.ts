/** What a clause or title was read to ask for. */
import type { IdentifierKey } from '../identifiers';
import type { Owner } from './ownership';

export interface Reading {
  /** In the order of the title; several when it asks for several in one answer. */
  keys: IdentifierKey[];
  /** Only "name": first, last or full is decided by the questions beside it. */
  bare: boolean;
  owner: Owner | null;
  /** "Your ...": the title itself says that the client's own is meant. */
  own: boolean;
  secondary: boolean;
  /** Every word of the clause was understood. Without that only an e-mail or phone is believed, whose value shows it. */
  complete: boolean;
  /** The clause names a person and asks for nothing else: "Contact person". */
  roleOnly: boolean;
  /** A second choice by its words: "suburb" beside "city", how somebody wants to be called beside a name. */
  lesser: boolean;
  nickname: boolean;
  /** The keys are alternatives: "Name / Company". */
  alternatives: boolean;
}
