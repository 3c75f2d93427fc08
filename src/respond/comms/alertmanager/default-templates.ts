/**
 * The templates every configuration may call, under the names Alertmanager gives its own: subjects read the same, longer
 * texts are ours.
 */
export const DEFAULT_TEMPLATES = `
{{- define "__alertmanager" }}Alertmanager{{ end -}}
{{- define "__alertmanagerURL" }}{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}{{ end -}}
{{- define "__description" }}{{ end -}}

{{- define "__subject" -}}
[{{ toUpper .Status }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end }}]
{{- " " }}{{ join " " .GroupLabels.SortedPairs.Values }}{{ " " }}
{{- if lt (len .GroupLabels) (len .CommonLabels) -}}
({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ join " " .Values }}{{ end }})
{{- end -}}
{{- end -}}

{{- define "__text_alert_list" -}}
{{- range . }}* {{ or .Labels.alertname "alert" }}, {{ .Status }} since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}
{{ range .Annotations.SortedPairs }}  {{ .Name }}: {{ .Value }}
{{ end }}{{ range .Labels.SortedPairs }}  {{ .Name }} = {{ .Value }}
{{ end }}{{ with .GeneratorURL }}  from {{ . }}
{{ end }}{{ end -}}
{{- end -}}

{{- define "__text_alert_list_markdown" -}}
{{- range . }}
**{{ or .Labels.alertname "alert" }}**, {{ .Status }} since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}

{{ range .Annotations.SortedPairs }}- {{ .Name }}: {{ .Value }}
{{ end }}{{ range .Labels.SortedPairs }}- {{ .Name }} = {{ .Value }}
{{ end }}{{ with .GeneratorURL }}- [source]({{ . }})
{{ end }}{{ end -}}
{{- end -}}

{{- define "holdfast.alerts.text" -}}
{{ with .Alerts.Firing }}Firing ({{ len . }})
{{ template "__text_alert_list" . }}{{ end }}
{{- with .Alerts.Resolved }}Resolved ({{ len . }})
{{ template "__text_alert_list" . }}{{ end }}
{{- end -}}

{{- define "holdfast.alerts.markdown" -}}
{{ with .Alerts.Firing }}# Firing ({{ len . }})
{{ template "__text_alert_list_markdown" . }}{{ end }}
{{- with .Alerts.Resolved }}# Resolved ({{ len . }})
{{ template "__text_alert_list_markdown" . }}{{ end }}
{{- end -}}

{{- define "slack.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "slack.default.fallback" }}{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}{{ end -}}
{{- define "slack.default.color" }}{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}{{ end -}}
{{- define "slack.default.callbackid" }}{{ end -}}
{{- define "slack.default.pretext" }}{{ end -}}
{{- define "slack.default.iconemoji" }}{{ end -}}
{{- define "slack.default.iconurl" }}{{ end -}}
{{- define "slack.default.text" }}{{ end -}}
{{- define "slack.default.footer" }}{{ end -}}

{{- define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end -}}
{{- define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end -}}

{{- define "pushover.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "pushover.default.message" }}{{ with .CommonAnnotations.Values }}{{ .Join " " }}
{{ end }}{{ template "holdfast.alerts.text" . }}{{ end -}}
{{- define "pushover.default.url" }}{{ template "__alertmanagerURL" . }}{{ end -}}

{{- define "telegram.default.message" }}{{ template "__subject" . }}
{{ template "holdfast.alerts.text" . }}{{ end -}}

{{- define "discord.default.content" }}{{ end -}}
{{- define "discord.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "discord.default.message" }}{{ template "holdfast.alerts.text" . }}{{ end -}}

{{- define "msteams.default.summary" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteams.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteams.default.text" }}{{ template "holdfast.alerts.markdown" . }}{{ end -}}
{{- define "msteamsv2.default.title" }}{{ template "__subject" . }}{{ end -}}
{{- define "msteamsv2.default.text" }}{{ template "holdfast.alerts.markdown" . }}{{ end -}}

{{- define "opsgenie.default.message" }}{{ template "__subject" . }}{{ end -}}
{{- define "opsgenie.default.description" }}{{ template "holdfast.alerts.text" . }}{{ end -}}
{{- define "opsgenie.default.source" }}{{ template "__alertmanagerURL" . }}{{ end -}}
{{- define "victorops.default.state_message" }}{{ template "holdfast.alerts.text" . }}{{ end -}}
{{- define "victorops.default.entity_display_name" }}{{ template "__subject" . }}{{ end -}}
{{- define "victorops.default.monitoring_tool" }}{{ template "__alertmanager" . }}{{ end -}}
{{- define "wechat.default.message" }}{{ template "__subject" . }}
{{ template "holdfast.alerts.text" . }}{{ end -}}
{{- define "sns.default.subject" }}{{ template "__subject" . }}{{ end -}}
{{- define "sns.default.message" }}{{ template "holdfast.alerts.text" . }}{{ end -}}
{{- define "webex.default.message" }}{{ template "holdfast.alerts.text" . }}{{ end -}}

{{- define "email.default.subject" }}{{ template "__subject" . }}{{ end -}}

{{- define "holdfast.email.alerts" -}}
{{ range . }}
<table role="presentation" width="100%" style="border-collapse: collapse; margin: 0 0 16px 0">
<tr><td colspan="2" style="padding: 6px 0; font-weight: bold">{{ or .Labels.alertname "alert" }}
<span style="color: #5b6470; font-weight: normal">since {{ .StartsAt.UTC.Format "2006-01-02 15:04:05 MST" }}</span></td></tr>
{{ range .Annotations.SortedPairs }}<tr><td style="padding: 2px 12px 2px 0; color: #5b6470">{{ .Name }}</td><td>{{ .Value }}</td></tr>
{{ end }}{{ range .Labels.SortedPairs }}<tr><td style="padding: 2px 12px 2px 0; color: #5b6470">{{ .Name }}</td><td><code>{{ .Value }}</code></td></tr>
{{ end }}{{ with .GeneratorURL }}<tr><td></td><td><a href="{{ . }}">Source</a></td></tr>
{{ end }}</table>
{{ end }}
{{- end -}}

{{- define "email.default.html" -}}
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ template "__subject" . }}</title>
</head>
<body style="margin: 0; padding: 24px; background-color: #f2f4f7; font-family: sans-serif; font-size: 14px; color: #16202c">
<div style="max-width: 640px; margin: 0 auto; padding: 20px; background-color: #ffffff">
<h1 style="font-size: 18px; margin: 0 0 16px 0">{{ template "__subject" . }}</h1>
{{ with .Alerts.Firing }}<h2 style="font-size: 15px; color: #b3261e">[{{ len . }}] Firing</h2>
{{ template "holdfast.email.alerts" . }}{{ end }}
{{ with .Alerts.Resolved }}<h2 style="font-size: 15px; color: #1b6e3c">[{{ len . }}] Resolved</h2>
{{ template "holdfast.email.alerts" . }}{{ end }}
<p style="color: #5b6470"><a href="{{ template "__alertmanagerURL" . }}">Open these alerts</a></p>
</div>
</body>
</html>
{{ end -}}
`;
