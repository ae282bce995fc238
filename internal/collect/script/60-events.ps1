# --- Reading: event channels --------------------------------------------------------
# A line "Name: value" of an event's text, or what its data say under a name.
function Get-Line([string]$text, [string]$names, $data, [string[]]$keys) {
  if ($text -match "(?m)^[^\S\n]*(?:$names)[^\S\n]*:[^\S\n]*(.*?)[^\S\n]*$" -and $Matches[1]) { return $Matches[1] }
  foreach ($k in $keys) { if ($data[$k]) { return (Hide-Secret $data[$k]) } }
  return ''
}

# One event: what it says in the language of this Windows, and its data, whose
# names are not translated.
function Get-EventFact($e, [string]$channel) {
  $doc = New-Object Xml.XmlDocument
  $doc.XmlResolver = $null
  $doc.LoadXml($e.ToXml())
  $words = @($doc.SelectNodes("/*/*[local-name()='EventData']/*[local-name()='Data']") | ForEach-Object { $_.InnerText.Trim() } | Where-Object { $_ })
  $words += @($doc.SelectNodes("/*/*[local-name()='UserData']") | ForEach-Object { ($_.InnerXml -replace '<[^>]*>', ' ').Trim() } | Where-Object { $_ })
  $body = $words -join "`n"
  $text = ([string]$e.Message).Replace("`r", '')
  if (-not $text.Contains($body)) { $text += "`n" + $body }
  $text = Hide-Secret $text.Trim()
  $named = @{}
  foreach ($d in @($doc.SelectNodes("/*/*[local-name()='EventData']/*[local-name()='Data'][@Name]"))) {
    $named[($d.GetAttribute('Name') -replace '[ _]', '').ToLowerInvariant()] = $d.InnerText.Trim()
  }
  $id = $doc.SelectSingleNode("/*/*[local-name()='System']/*[local-name()='EventID']")
  $time = $doc.SelectSingleNode("/*/*[local-name()='System']/*[local-name()='TimeCreated']/@SystemTime")
  return @{
    channel = $channel
    id = [int]$id.InnerText
    time = [string]$time.Value
    text = $text.Substring(0, [Math]::Min(1000, $text.Length))
    transaction = (Get-Line $text 'Transaction ID' $named 'transactionid')
    user = (Get-Line $text 'User' $named 'user', 'username')
    spn = (Get-Line $text 'SPN|Backend SPN|Service Principal Name' $named 'spn', 'backendspn')
    backend = (Get-Line $text 'Published Backend URL|Backend URL|Backend request URL' $named 'publishedbackendurl', 'backendurl')
  }
}

# The latest events of all channels, newest first. A channel that is empty is no
# error, and neither is one that is missing while another is there; one that must
# not be read is. The logs for finding errors are off until somebody enables them,
# are read from the oldest event on, and only one event in them matters.
function Get-Events {
  $all = @()
  $there = $false
  foreach ($c in $channels) {
    $latest = @()
    try {
      $latest = @(Get-WinEvent -LogName $c -MaxEvents 60)
      $there = $true
    } catch {
      if ($_.FullyQualifiedErrorId -match '^NoMatchingEventsFound') { $there = $true }
      elseif ($_.FullyQualifiedErrorId -notmatch '^NoMatchingLogsFound') { throw }
    }
    foreach ($e in $latest) { $all += , @{ at = $e.TimeCreated; fact = (Get-EventFact $e $c) } }
  }
  foreach ($c in $sessions) {
    $latest = @()
    try {
      $latest = @(Get-WinEvent -LogName $c -FilterXPath '*[System[EventID=24029]]' -Oldest | Select-Object -Last 60)
      $there = $true
    } catch {
      if ($_.FullyQualifiedErrorId -match '^NoMatchingEventsFound') { $there = $true }
    }
    foreach ($e in $latest) { $all += , @{ at = $e.TimeCreated; fact = (Get-EventFact $e $c) } }
  }
  if (-not $there) {
    if (-not (Test-Installed 'WAPCSvc')) { return $null }
    throw 'this machine has no event channel of a connector, neither under its present name nor under the former one'
  }
  return , @($all | Sort-Object { $_.at } -Descending | Select-Object -First 50 | ForEach-Object { $_.fact })
}

