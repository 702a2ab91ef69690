import { ApiProperty } from '@nestjs/swagger';

class AppliedMigrationView {
  @ApiProperty({ example: 'InitialSchema1764000000000' })
  name: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: before times were kept' })
  appliedAt: Date | null;
}

class MigrationsView {
  @ApiProperty({ type: [AppliedMigrationView], description: 'in the order of their names' })
  applied: AppliedMigrationView[];

  @ApiProperty({ type: [String], description: 'what this version still has to run: npm run cli -- migrate' })
  pending: string[];
}

export class VersionView {
  @ApiProperty({ example: '1.4.0', description: 'of the process that answers' })
  version: string;

  @ApiProperty({ example: '20.19.5' })
  node: string;

  @ApiProperty({ example: '16.4' })
  postgresql: string;

  @ApiProperty({ type: MigrationsView })
  migrations: MigrationsView;
}
