#!/usr/bin/env bash
# Builds the programs a Kubernetes API on loopback is made of: kube-apiserver, kube-controller-manager,
# kube-scheduler, kubectl and kwok (which plays the kubelets: pods become ready without containers); and helm.
# Upstream publishes them as Go modules, so the module proxy is all that is needed. About eight minutes on two cores the
# first time, then nothing: what is built stays in the cache folder, whose path is printed.
#
#   build-kube.sh          build what is missing
#   build-kube.sh --path   only print where the programs are or would be
set -euo pipefail

version=1.34.2
kwok=v0.7.0
# Uses the very libraries of the release above, so that most of what it is made of is compiled already.
helm=v3.19.5
bin=${HOLDFAST_TEST_KUBE:-${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-test-kube/$version}

if [ "${1:-}" = --path ]; then
  echo "$bin"
  exit 0
fi

mkdir -p "$bin"
missing=()
for program in kube-apiserver kube-controller-manager kube-scheduler kubectl; do
  [ -x "$bin/$program" ] || missing+=("$program")
done

if [ ${#missing[@]} -gt 0 ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # k8s.io/kubernetes requires its sibling libraries as v0.0.0; each is released as v0.MINOR.PATCH.
  {
    printf 'module holdfast.test/kube\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$version"
    for library in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider \
      cluster-bootstrap code-generator component-base component-helpers controller-manager cri-api cri-client \
      csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator \
      kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission \
      sample-apiserver; do
      printf '\tk8s.io/%s => k8s.io/%s v0.%s\n' "$library" "$library" "${version#1.}"
    done
    printf ')\n'
  } >"$work/go.mod"
  # A file that imports the commands lets `go mod tidy` find everything they need.
  {
    printf '//go:build programs\n\npackage programs\n\nimport (\n'
    for program in "${missing[@]}"; do printf '\t_ "k8s.io/kubernetes/cmd/%s"\n' "$program"; done
    printf ')\n'
  } >"$work/programs.go"
  cd "$work"
  go mod tidy >&2
  for program in "${missing[@]}"; do
    # Built beside and renamed, so that a build that is cut off leaves no half program behind.
    go build -ldflags '-s -w' -o "$bin/.$program" "k8s.io/kubernetes/cmd/$program" >&2
    mv "$bin/.$program" "$bin/$program"
  done
fi
[ -x "$bin/kwok" ] || GOBIN=$bin go install "sigs.k8s.io/kwok/cmd/kwok@$kwok" >&2
# A new version is a new name: what was kept from an earlier build is not taken for it.
if [ ! -x "$bin/helm-$helm" ]; then
  beside=$(mktemp -d "$bin/.helm.XXXXXX")
  GOBIN=$beside go install -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$helm" >&2
  mv "$beside/helm" "$bin/helm-$helm"
  rmdir "$beside"
fi
ln -sf "helm-$helm" "$bin/helm"
echo "$bin"
