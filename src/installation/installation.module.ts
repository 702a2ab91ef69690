import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module';
import { ChecklistRepository } from '../operations/checklist/checklist.repository';
import { DeploymentChecklist } from '../operations/checklist/deployment-checklist.entity';
import { TypeformModule } from '../typeform/typeform.module';
import { ChecklistController } from './checklist/checklist.controller';
import { ChecklistService } from './checklist/checklist.service';
import { ConfigurationController } from './configuration.controller';
import { SetupController } from './setup/setup.controller';
import { SetupRepository } from './setup/setup.repository';
import { SetupService } from './setup/setup.service';
import { VersionController } from './version.controller';

/** Routes about the installation itself: configuration, versions, first steps, production checklist. */
@Module({
  imports: [TypeOrmModule.forFeature([DeploymentChecklist]), AuditModule, TypeformModule],
  controllers: [ConfigurationController, VersionController, SetupController, ChecklistController],
  providers: [ChecklistService, ChecklistRepository, SetupService, SetupRepository],
})
export class InstallationModule {}
