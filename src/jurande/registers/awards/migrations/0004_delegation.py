import django.db.models.deletion
import jurande.registers.common.codes
import jurande.registers.common.crypto.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("awards", "0003_life"),
        ("catalogue", "0004_claims"),
        ("documents", "0001_initial"),
        ("network", "0005_ledger"),
        ("parties", "0002_documents"),
        ("seal", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimOpening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "certifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claim_openings",
                        to="parties.certifier",
                    ),
                ),
                (
                    "certification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claim_openings",
                        to="catalogue.certification",
                    ),
                ),
                ("guidance", models.TextField(verbose_name="ce qu’il faut fournir")),
                ("opened_at", models.DateTimeField(verbose_name="ouverte le")),
                ("opened_by_code", models.CharField(max_length=16)),
                ("closed_at", models.DateTimeField(null=True, verbose_name="close le")),
                ("closed_by_code", models.CharField(blank=True, max_length=16)),
            ],
            options={
                "verbose_name": "ouverture aux demandes",
                "verbose_name_plural": "ouvertures aux demandes",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("certification",),
                        name="claim_opening_one_by_certification",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by_code", "")),
                            models.Q(("closed_at__isnull", False), models.Q(("closed_by_code", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="claim_opening_closed_by_somebody",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="AwardClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "opening",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="awards.claimopening"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="award_claims",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("statement", jurande.registers.common.crypto.fields.EncryptedTextField()),
                ("birth", jurande.registers.common.crypto.fields.EncryptedTextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "À examiner"),
                            ("accepted", "Acceptée"),
                            ("refused", "Refusée"),
                            ("withdrawn", "Retirée"),
                        ],
                        default="submitted",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("submitted_at", models.DateTimeField(verbose_name="déposée le")),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="décidée le")),
                ("decided_by_code", models.CharField(blank=True, max_length=16)),
                ("reasons", jurande.registers.common.crypto.fields.EncryptedTextField(blank=True)),
                (
                    "lot",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="awards.lot"
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de micro-certification",
                "verbose_name_plural": "demandes de micro-certification",
                "indexes": [models.Index(fields=["opening", "state", "submitted_at"], name="award_claim_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "submitted")),
                        fields=("opening", "person"),
                        name="award_claim_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by_code", ""), ("lot", None), ("state", "submitted")
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("lot__isnull", False),
                                ("state", "accepted"),
                                models.Q(("decided_by_code", ""), _negated=True),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("lot", None),
                                ("state__in", ["refused", "withdrawn"]),
                                models.Q(("decided_by_code", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="award_claim_state_agrees",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evidence", to="awards.awardclaim"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"
                    ),
                ),
            ],
            options={
                "verbose_name": "preuve fournie",
                "verbose_name_plural": "preuves fournies",
                "indexes": [],
                "constraints": [],
            },
        ),
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "certifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="endorsements", to="parties.certifier"
                    ),
                ),
                (
                    "certification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="endorsements",
                        to="catalogue.certification",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Demandé"),
                            ("given", "Donné"),
                            ("declined", "Décliné"),
                            ("withdrawn", "Retiré"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("body_name", models.CharField(max_length=200, verbose_name="organisme")),
                ("body_siret", models.CharField(blank=True, max_length=14, verbose_name="SIRET")),
                ("email", jurande.registers.common.crypto.fields.EncryptedTextField()),
                ("token_digest", models.CharField(max_length=64, null=True, unique=True)),
                ("asked_at", models.DateTimeField(verbose_name="demandé le")),
                ("asked_by_code", models.CharField(max_length=16)),
                ("expires_at", models.DateTimeField(verbose_name="lien valable jusqu’au")),
                ("signer_name", models.CharField(blank=True, max_length=200, verbose_name="signataire")),
                ("signer_quality", models.CharField(blank=True, max_length=200, verbose_name="qualité")),
                ("text", models.TextField(blank=True, verbose_name="avis")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="répondu le")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="retiré le")),
                ("withdrawn_by_code", models.CharField(blank=True, max_length=16)),
                (
                    "credential",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="endorsement",
                        to="seal.sealedcredential",
                    ),
                ),
            ],
            options={
                "verbose_name": "avis de soutien",
                "verbose_name_plural": "avis de soutien",
                "indexes": [models.Index(fields=["certification", "state"], name="endorsement_by_certification")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("state", "asked"), ("token_digest__isnull", False)),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("state", "given"),
                                ("token_digest", None),
                                models.Q(("text", ""), _negated=True),
                                models.Q(("signer_name", ""), _negated=True),
                            ),
                            models.Q(("answered_at__isnull", False), ("state", "declined"), ("token_digest", None)),
                            models.Q(("state", "withdrawn"), ("token_digest", None), ("withdrawn_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="endorsement_state_agrees",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IssuingMandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    jurande.registers.common.codes.CodeField(
                        default=jurande.registers.common.codes.new_code, editable=False, max_length=16, unique=True
                    ),
                ),
                (
                    "certifier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issuing_mandates",
                        to="parties.certifier",
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issuing_mandates",
                        to="parties.partnership",
                    ),
                ),
                (
                    "habilitation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issuing_mandates",
                        to="network.habilitation",
                    ),
                ),
                (
                    "certification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issuing_mandates",
                        to="catalogue.certification",
                    ),
                ),
                ("granted_on", models.DateField(verbose_name="à partir du")),
                ("granted_at", models.DateTimeField(verbose_name="accordée le")),
                ("granted_by_code", models.CharField(max_length=16)),
                ("ended_on", models.DateField(null=True, verbose_name="jusqu’au")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="fin décidée le")),
                ("ended_by_code", models.CharField(blank=True, max_length=16)),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mandate_partner", "À la demande du partenaire"),
                            ("mandate_quality", "Délivrances à reprendre en main"),
                            ("mandate_certifier", "Le certificateur délivre désormais lui-même"),
                            ("mandate_mistake", "Délégation accordée par erreur"),
                        ],
                        max_length=20,
                        verbose_name="motif",
                    ),
                ),
            ],
            options={
                "verbose_name": "délégation de délivrance",
                "verbose_name_plural": "délégations de délivrance",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("habilitation",),
                        name="issuing_mandate_one_by_habilitation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at", None), ("ended_by_code", ""), ("ended_on", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_on__gte", models.F("granted_on")),
                                models.Q(("ended_by_code", ""), _negated=True),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="issuing_mandate_ended_says_why",
                    ),
                ],
                "indexes": [],
            },
        ),
        migrations.CreateModel(
            name="DelegatedLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="delegation", to="awards.lot"
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="awards.issuingmandate"
                    ),
                ),
            ],
            options={
                "verbose_name": "lot délégué",
                "verbose_name_plural": "lots délégués",
                "indexes": [],
                "constraints": [],
            },
        ),
    ]
