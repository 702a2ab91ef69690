import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemView } from './api-problems.decorator';

const DESCRIPTION = `Receives Typeform submissions, stores every one of them and turns them into clients.

Send \`Authorization: Bearer <API key>\`. Roles: **viewer** reads, **operator** also replays and reads raw payloads,
**admin** also changes forms, erases clients and manages keys. Every error is an RFC 9457 problem document; every answer carries
\`X-Request-Id\`. Lists are paged by \`limit\` and \`cursor\`.`;

/** The document, generated from the controllers. */
export function createDocument(app: NestFastifyApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('Typeform onboarding')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'an API key' })
    .build();
  return SwaggerModule.createDocument(app, info, { extraModels: [ProblemView] });
}
