import { SetMetadata } from '@nestjs/common';
import type { Role } from './role';

export const REQUIRED_ROLE = 'access:required-role';

/** The route may be called with a key of this role or a higher one. A route without a role and without {@link Public} is refused. */
export const RequireRole = (role: Role) => SetMetadata(REQUIRED_ROLE, role);

/** The route needs no API key: it is a probe, or protects itself (webhook signatures). */
export const Public = () => SetMetadata(REQUIRED_ROLE, 'public');
