import { Injectable } from '@nestjs/common';
import { ApiKeysService } from './api-keys.service';
import type { Principal } from './principal';
import { SessionsService } from './sessions/sessions.service';

/** Who may go on calling. */
@Injectable()
export class AccessService {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly sessions: SessionsService,
  ) {}

  /** Whether the key or session of a caller whose request is still open is valid. */
  isStillValid({ id, session }: Principal): Promise<boolean> {
    return session === null ? this.apiKeys.isValid(id) : this.sessions.isAlive(session);
  }
}
