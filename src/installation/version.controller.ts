import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { version } from '../../package.json';
import { RequireRole } from '../access/require-role.decorator';
import { DatabaseServerRepository } from '../database/database-server.repository';
import { appliedMigrations, pendingMigrations } from '../database/migrations';
import { ApiAdminProblems } from '../rest/api-problems.decorator';
import { VersionView } from './version.dto';

@ApiTags('installation')
@ApiBearerAuth()
@ApiAdminProblems()
@RequireRole('viewer')
@Controller('v1/version')
export class VersionController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly server: DatabaseServerRepository,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Get the versions in use and the migrations of the database' })
  @ApiOkResponse({ type: VersionView })
  async get(): Promise<VersionView> {
    const [postgresql, applied, pending] = await Promise.all([
      this.server.version(),
      appliedMigrations(this.dataSource),
      pendingMigrations(this.dataSource),
    ]);
    return { version, node: process.versions.node, postgresql, migrations: { applied, pending } };
  }
}
