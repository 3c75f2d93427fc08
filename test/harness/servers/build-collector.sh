#!/usr/bin/env bash
# Builds an OpenTelemetry Collector with what collector/holdfast.yaml uses, from the modules that upstream's own
# distributions are made of. About three minutes on two cores the first time, then nothing: the program stays in the
# cache folder, whose path is printed.
#
#   build-collector.sh          build what is missing
#   build-collector.sh --path   only print where the program is or would be
set -euo pipefail

version=0.149.0
bin=${HOLDFAST_TEST_COLLECTOR:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-test-collector/$version}

if [ "${1:-}" != --path ] && [ ! -x "$bin/otelcol" ]; then
  mkdir -p "$bin"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cat >"$work/main.go" <<'GO'
package main

import (
	"log"

	"github.com/open-telemetry/opentelemetry-collector-contrib/receiver/filelogreceiver"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/exporter/otlphttpexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/processor/batchprocessor"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

func factories() (all otelcol.Factories, err error) {
	if all.Receivers, err = otelcol.MakeFactoryMap(otlpreceiver.NewFactory(), filelogreceiver.NewFactory()); err != nil {
		return
	}
	if all.Processors, err = otelcol.MakeFactoryMap(batchprocessor.NewFactory()); err != nil {
		return
	}
	all.Telemetry = otelconftelemetry.NewFactory()
	all.Exporters, err = otelcol.MakeFactoryMap(otlphttpexporter.NewFactory())
	return
}

func main() {
	providers := []confmap.ProviderFactory{fileprovider.NewFactory(), envprovider.NewFactory()}
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "otelcol"},
		Factories: factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{ProviderFactories: providers},
		},
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		log.Fatal(err)
	}
}
GO
  cd "$work"
  printf 'module holdfast.test/collector\n\ngo 1.25.0\n' >go.mod
  for module in otelcol service receiver/otlpreceiver exporter/otlphttpexporter processor/batchprocessor; do
    go get "go.opentelemetry.io/collector/$module@v$version" >&2
  done
  go get "github.com/open-telemetry/opentelemetry-collector-contrib/receiver/filelogreceiver@v$version" >&2
  go mod tidy >&2
  # Built beside and renamed, so that a build that is cut off leaves no half program behind.
  go build -ldflags '-s -w' -o "$bin/.otelcol" . >&2
  mv "$bin/.otelcol" "$bin/otelcol"
fi
echo "$bin"
