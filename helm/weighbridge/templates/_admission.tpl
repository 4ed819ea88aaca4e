{{- /* Who is judged in a mode: (list root mode). The names are the API server's own labels, which nobody can take off. */ -}}
{{- define "weighbridge.namespaceSelector" -}}
{{- $root := index . 0 -}}
{{- $mode := index . 1 -}}
{{- $never := list "kube-system" $root.Release.Namespace -}}
{{- $optOut := $root.Values.namespaces.optOut -}}
{{- $all := and (eq $root.Values.namespaces.selection "optOut") (eq $optOut.mode $mode) -}}
{{- if $all -}}
{{- if not (include "weighbridge.since" (list $root "1.21")) -}}
{{- fail "namespaces.selection=optOut needs Kubernetes 1.21: before, namespaces carry no label with their name, and kube-system could not be left out" -}}
{{- end -}}
{{- $never = concat $never $optOut.excluded | uniq -}}
{{- end -}}
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
      {{- toYaml $never | nindent 6 }}
  {{- if not $all }}
  - key: weighbridge.dev/{{ $mode }}
    operator: Exists
  {{- end }}
{{- end -}}

{{- /* What every webhook has in common: (list root path failurePolicy) */ -}}
{{- define "weighbridge.call" -}}
{{- $root := index . 0 -}}
admissionReviewVersions:
  - v1
clientConfig:
  service:
    name: {{ include "weighbridge.webhook" $root }}
    namespace: {{ $root.Release.Namespace }}
    path: {{ index . 1 }}
    port: 443
  {{- if eq $root.Values.certificates.source "Supplied" }}
  caBundle: {{ required "certificates.supplied.caBundle: the API server needs the authority that signed the certificate" $root.Values.certificates.supplied.caBundle | trim | printf "%s\n" | b64enc }}
  {{- end }}
failurePolicy: {{ index . 2 }}
matchPolicy: Equivalent
sideEffects: None
timeoutSeconds: {{ $root.Values.admission.timeoutSeconds }}
{{- end -}}

{{- define "weighbridge.podRules" -}}
- apiGroups:
    - ""
  apiVersions:
    - v1
  operations:
    - CREATE
    - UPDATE
  resources:
    - pods
  scope: Namespaced
- apiGroups:
    - ""
  apiVersions:
    - v1
  operations:
    - UPDATE
  resources:
    - pods/ephemeralcontainers
  scope: Namespaced
{{- end -}}

{{- /* An UPDATE that changes nothing of what pods are made of needs no decision, and so no webhook that answers. */ -}}
{{- define "weighbridge.podConditions" -}}
{{- if include "weighbridge.since" (list . "1.28") -}}
matchConditions:
  - name: changes-what-runs
    expression: >-
      request.operation != 'UPDATE'
      || (!has(object.metadata.deletionTimestamp)
      && (object.spec != oldObject.spec
      || (has(oldObject.metadata.labels) && 'weighbridge.dev/gated' in oldObject.metadata.labels
      && !(has(object.metadata.labels) && 'weighbridge.dev/gated' in object.metadata.labels
      && object.metadata.labels['weighbridge.dev/gated'] == oldObject.metadata.labels['weighbridge.dev/gated']))))
{{- end -}}
{{- end -}}

{{- define "weighbridge.workloads" -}}
"":
  - replicationcontrollers
apps:
  - daemonsets
  - deployments
  - replicasets
  - statefulsets
batch:
  - cronjobs
  - jobs
argoproj.io:
  - rollouts
jobset.x-k8s.io:
  - jobsets
leaderworkerset.x-k8s.io:
  - leaderworkersets
machinelearning.seldon.io:
  - seldondeployments
mlops.seldon.io:
  - models
  - servers
ray.io:
  - rayclusters
  - rayjobs
  - rayservices
serving.knative.dev:
  - revisions
  - services
serving.kserve.io:
  - clusterservingruntimes
  - inferenceservices
  - llminferenceservices
  - servingruntimes
  - trainedmodels
{{- end -}}

{{- define "weighbridge.workloadRules" -}}
{{- range $group, $resources := include "weighbridge.workloads" . | fromYaml }}
- apiGroups:
    - {{ $group | quote }}
  apiVersions:
    - "*"
  operations:
    - CREATE
    - UPDATE
  resources:
    {{- toYaml $resources | nindent 4 }}
  scope: "*"
{{- end -}}
{{- end -}}

{{- define "weighbridge.configurationAnnotations" -}}
{{- $annotations := deepCopy .Values.admission.annotations -}}
{{- if eq .Values.certificates.source "CertManager" -}}
{{- $_ := set $annotations "cert-manager.io/inject-ca-from" (printf "%s/%s" .Release.Namespace (include "weighbridge.webhook" .)) -}}
{{- end -}}
{{- with $annotations -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}
