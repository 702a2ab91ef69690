import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEntry } from './audit-entry.entity';
import { AuditLog } from './audit-log';
import { AUDIT_METRIC_PROVIDERS, AuditMetrics } from './audit-metrics';
import { AUDIT_VERIFIER_METRIC_PROVIDERS, AuditVerifier } from './audit-verifier';
import { AuditRepository } from './audit.repository';

/** The audit log. Every feature that changes something depends on it; its routes are in access, which knows roles. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntry])],
  providers: [
    AuditLog,
    AuditRepository,
    AuditMetrics,
    AuditVerifier,
    ...AUDIT_METRIC_PROVIDERS,
    ...AUDIT_VERIFIER_METRIC_PROVIDERS,
  ],
  exports: [AuditLog],
})
export class AuditModule {}
