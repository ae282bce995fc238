if ($List) {
  $sections.GetEnumerator() | Where-Object { $without -notcontains $_.Key } | ForEach-Object { "--- $($_.Key)"; $_.Value.ToString().Trim() }
  return
}
$file = [IO.Path]::Combine((Get-Location).ProviderPath, $Output)
# Former evidence may be replaced, and nothing else.
if (Test-Path -LiteralPath $file -PathType Container) { throw "$file is a folder: name a file in it with -Output" }
if ((Test-Path -LiteralPath $file) -and (Get-End $file 1048576) -notmatch '"schema"\s*:\s*"sensegate/evidence/') { throw "$file is there already, and is no evidence: give another name with -Output" }
if (-not (Test-Path -LiteralPath (Split-Path $file))) { throw "there is no folder for $file" }

# What stands in logs must not move a console.
function Get-Glance($value) {
  $text = (ConvertTo-Canonical $value) -replace '[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]', '?'
  return $text.Substring(0, [Math]::Min(200, $text.Length))
}

$found = @{}
$unread = @{}
foreach ($name in $sections.Keys) {
  if ($without -contains $name) { continue }
  try {
    $value = & $sections[$name]
    if ($name -eq 'spnego' -and $value -eq 'absent') {
      $found[$name] = $null
    } elseif ($null -eq $value) {
      Write-Host ('{0,-10} nothing of that kind here' -f $name)
      continue
    } elseif ($name -in 'services', 'agents', 'egress', 'events', 'backend', 'traces') {
      $found[$name] = @($value)
    } else {
      $found[$name] = $value
    }
    Write-Host ('{0,-10} {1}' -f $name, (Get-Glance $found[$name]))
  } catch {
    $unread[$name] = [string]$_.Exception.Message
    Write-Host ('{0,-10} could not be read: {1}' -f $name, (Get-Glance $unread[$name]))
  }
}
if ($unread.Count -gt 0) { $found['unread'] = $unread }

# --- The seal: a chain of SHA-256 over the head and the sections by name --------
$machine = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
$fqdn = $machine.HostName
if ($machine.DomainName) { $fqdn = "$fqdn.$($machine.DomainName)" }
$head = @{
  schema = 'sensegate/evidence/v1'
  tool = $tool
  host = $fqdn
  site = $site
  simulated = $false
  collected = [DateTime]::UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", $culture)
}
$link = Get-Sum (ConvertTo-Canonical $head)
$digests = @{}
$names = [string[]]@($found.Keys)
[Array]::Sort($names, [StringComparer]::Ordinal)
foreach ($name in $names) {
  $digests[$name] = Get-Sum (ConvertTo-Canonical $found[$name])
  $link = Get-Sum "$link $name $($digests[$name])"
}
$head['facts'] = $found
$head['sections'] = $digests
$head['sha256'] = $link
[IO.File]::WriteAllText($file, (ConvertTo-Canonical $head), (New-Object Text.UTF8Encoding $false))
Write-Host ''
if ($unread.Count -gt 0) { Write-Host "$($unread.Count) sections could not be read, and prove nothing." }
Write-Host "$Output tells of $fqdn. Look it through; to keep a section back write `"redacted`" in place of its whole value."
Write-Host 'Then carry it to where the wizard runs, and import it there: on the page "by hand" (i, then o), or with'
Write-Host "sensegate import $Output --site SITE.yaml   (or --name NAME of a saved one)"
