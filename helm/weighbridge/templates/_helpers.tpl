{{- define "weighbridge.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "weighbridge.fullname" -}}
{{- $name := include "weighbridge.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "weighbridge.webhook" -}}{{ include "weighbridge.fullname" . }}-webhook{{- end -}}
{{- define "weighbridge.reporter" -}}{{ include "weighbridge.fullname" . }}-reporter{{- end -}}

{{- /* Labels of every object. The chart's version stays out: it would change every object at every upgrade. */ -}}
{{- define "weighbridge.labels" -}}
app.kubernetes.io/name: {{ include "weighbridge.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- /* selector (list root component) */ -}}
{{- define "weighbridge.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "weighbridge.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- /* image (list root settings): by digest, else by tag */ -}}
{{- define "weighbridge.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with $root.Values.images.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default $root.Chart.AppVersion }}{{ end -}}
{{- end -}}

{{- define "weighbridge.gateImage" -}}
{{- if not .Values.images.gate.digest -}}
{{- $where := "docs/operations.md, \"Images\"" -}}
{{- fail (printf "\n\nimages.gate.digest is not set. A gate is trusted by its digest alone, so the chart must be told which image is yours.\nBuild and push both images, and keep what is printed:\n\n  make --silent images REGISTRY=registry.example.com/security > images.yaml\n  helm install ... --values images.yaml\n\nFor images you have already: --set images.gate.digest=sha256:..., the digest in the registry. See %s.\n" $where) -}}
{{- end -}}
{{- include "weighbridge.image" (list . .Values.images.gate) -}}
{{- end -}}

{{- /* since (list root "1.28"): whether the cluster's Kubernetes is that or newer */ -}}
{{- define "weighbridge.since" -}}
{{- $root := index . 0 -}}
{{- if semverCompare (printf ">=%s.0-0" (index . 1)) $root.Capabilities.KubeVersion.Version }}true{{ end -}}
{{- end -}}

{{- /* The name of the Secret with the serving certificate. */ -}}
{{- define "weighbridge.certificateSecret" -}}
{{- if eq .Values.certificates.source "Supplied" -}}
{{- required "certificates.supplied.secretName: name the Secret with the certificate" .Values.certificates.supplied.secretName -}}
{{- else -}}
{{ include "weighbridge.webhook" . }}-tls
{{- end -}}
{{- end -}}

{{- /* A policy's spec with the chart's gate filled in: (list root spec) */ -}}
{{- define "weighbridge.policySpec" -}}
{{- $root := index . 0 -}}
{{- $spec := deepCopy (index . 1 | default dict) -}}
{{- $gate := deepCopy ($spec.gate | default dict) -}}
{{- if not (hasKey $gate "image") -}}{{- $_ := set $gate "image" (include "weighbridge.gateImage" $root) -}}{{- end -}}
{{- with $root.Values.formerGates -}}
{{- $_ := set $gate "digests" (concat ($gate.digests | default list) . | uniq) -}}
{{- end -}}
{{- $_ := set $spec "gate" $gate -}}
{{- toYaml $spec -}}
{{- end -}}

{{- define "weighbridge.policyArguments" -}}
{{- if eq .Values.policySource "Files" }}
{{- range $name, $_ := .Values.policies }}
- --policy=/etc/weighbridge/policies/{{ $name }}.yaml
{{- end }}
{{- end }}
{{- if eq .Values.namespaces.selection "optOut" }}
- --default-policy={{ .Values.namespaces.optOut.policy }}
{{- end }}
{{- end -}}

{{- define "weighbridge.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- /* Scheduling and pulling, which both Deployments say in the same way: (list root component-values) */ -}}
{{- define "weighbridge.placement" -}}
{{- $root := index . 0 -}}
{{- $values := index . 1 -}}
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
{{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
{{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
{{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
