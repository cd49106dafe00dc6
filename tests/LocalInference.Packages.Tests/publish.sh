#!/usr/bin/env bash
# Does what a user does with our packages: packs the solution, installs the packages from a folder into a fresh program
# outside the repository, publishes that program in every way that lays files out differently, and installs the tool.
# The tests of this project look at the result, in artifacts/consumer. Restoring happens here and not in a test, since
# a self-contained program needs a package of the .NET runtime.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
packages="$root/artifacts/packages"
result="$root/artifacts/consumer"
rid=$(dotnet msbuild "$here/LocalInference.Packages.Tests.csproj" -getProperty:NETCoreSdkPortableRuntimeIdentifier)
version=$(dotnet msbuild "$here/LocalInference.Packages.Tests.csproj" -getProperty:Version)

rm -rf "$packages" "$result"
dotnet pack "$root/LocalInference.sln" -c Release -o "$packages" --verbosity quiet --nologo

# Outside the repository, or its Directory.Build.props would apply to the program.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/Consumer/* "$work/"
ln -s "$packages" "$work/feed"

# The machine's packages are read, but ours never enter them: the next run packs the same version with other content.
shared=$(dotnet nuget locals global-packages --list --force-english-output | sed 's/^[^:]*: *//')
export NUGET_FALLBACK_PACKAGES="${shared%/}"
export NUGET_PACKAGES="$work/packages"
cd "$work"

publish() {
    local name=$1
    shift
    echo "Publishing: $name"
    dotnet publish Consumer.csproj -c Release -o "$result/$name" -p:LocalInferenceVersion="$version" --verbosity quiet --nologo "$@"
}

publish framework-dependent
cp -R bin/Release/net10.0 "$result/build"
publish framework-dependent-rid -r "$rid" --no-self-contained
publish self-contained -r "$rid" --self-contained
publish other-platform -r linux-arm64 --no-self-contained -p:UseAppHost=false
publish single-file -r "$rid" --self-contained -p:PublishSingleFile=true

echo "Installing the tool"
dotnet tool install LocalInference.Cli --version "$version" --tool-path "$result/tool" --verbosity quiet
