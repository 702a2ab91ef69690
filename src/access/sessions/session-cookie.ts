import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PublicUrl } from '../../rest/public-url';

const NAME = 'onboarding_session';

/**
 * The cookie that holds the token of a session: out of reach of scripts, and sent by no page of another site. Its path is that of
 * PUBLIC_URL. With https it goes over https only and has a prefix that no other host and no http page can set (RFC 6265bis 4.1.3).
 */
@Injectable()
export class SessionCookie {
  constructor(private readonly publicUrl: PublicUrl) {}

  /** The token that a request carries. */
  tokenOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
    const { name } = this.attributes();
    const pair = headers.cookie
      ?.split(';')
      .map((part) => part.trim())
      .find((part) => part.startsWith(`${name}=`));
    return /^[A-Za-z0-9_-]{43}$/.exec(pair?.slice(name.length + 1) ?? '')?.[0];
  }

  /** The value of `Set-Cookie` that hands out a token for so many seconds; without a token the one that takes it back. */
  header(token = '', maxAgeSeconds = 0): string {
    const { name, path, secure } = this.attributes();
    return `${name}=${token}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }

  private attributes(): { name: string; path: string; secure: boolean } {
    const { protocol, pathname: path } = new URL(this.publicUrl.value);
    const secure = protocol === 'https:';
    const prefix = secure ? (path === '/' ? '__Host-' : '__Secure-') : '';
    return { name: `${prefix}${NAME}`, path, secure };
  }
}
