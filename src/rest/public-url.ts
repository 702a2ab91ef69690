import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';

/** The base URL at which Typeform reaches this service: PUBLIC_URL, or outside production the address it listens at. */
@Injectable()
export class PublicUrl {
  private listening: string | null = null;

  constructor(private readonly config: AppConfig) {}

  /** Set once, when the port is known. */
  listensAt(url: string): void {
    this.listening = url;
  }

  /** Without a trailing slash. */
  get value(): string {
    const { publicUrl, host, port } = this.config.http;
    return publicUrl ?? this.listening ?? `http://${host}:${port}`;
  }
}
