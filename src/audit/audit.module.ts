import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditEntry } from './audit-entry.entity';
import { AuditExport } from './audit-export';
import { AuditLog } from './audit-log';
import { AUDIT_METRIC_PROVIDERS, AuditMetrics } from './audit-metrics';
import { AUDIT_VERIFIER_METRIC_PROVIDERS, AuditVerifier } from './audit-verifier';
import { AuditRepository } from './audit.repository';
import { SealedEnd } from './sealed-end';

/** The audit log. Every feature that changes something depends on it; its routes are in access, which knows roles. */
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntry])],
  providers: [
    AuditLog,
    AuditExport,
    AuditRepository,
    SealedEnd,
    AuditMetrics,
    AuditVerifier,
    ...AUDIT_METRIC_PROVIDERS,
    ...AUDIT_VERIFIER_METRIC_PROVIDERS,
  ],
  exports: [AuditLog, AuditExport],
})
export class AuditModule {}
