# --- Reading: event channels --------------------------------------------------------
function Get-Line([string]$text, [string]$names) {
  if ($text -match "(?m)^[^\S\n]*(?:$names)[^\S\n]*:[^\S\n]*(.*?)\s*$") { return $Matches[1] }
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
  $text = $text.Trim()
  $id = $doc.SelectSingleNode("/*/*[local-name()='System']/*[local-name()='EventID']")
  $time = $doc.SelectSingleNode("/*/*[local-name()='System']/*[local-name()='TimeCreated']/@SystemTime")
  return @{
    channel = $channel
    id = [int]$id.InnerText
    time = [string]$time.Value
    text = $text.Substring(0, [Math]::Min(1000, $text.Length))
    transaction = (Get-Line $text 'Transaction ID')
    user = (Get-Line $text 'User')
    spn = (Get-Line $text 'SPN|Backend SPN|Service Principal Name')
    backend = (Get-Line $text 'Published Backend URL|Backend URL|Backend request URL')
  }
}

# The latest events of all channels, newest first. A channel that is missing or
# empty is no error; one that must not be read is.
function Get-Events {
  $all = @()
  foreach ($c in $channels) {
    $latest = @()
    try {
      $latest = @(Get-WinEvent -LogName $c -MaxEvents 60)
    } catch {
      if ($_.FullyQualifiedErrorId -notmatch '^NoMatching(Logs|Events)Found') { throw }
    }
    foreach ($e in $latest) { $all += , @{ at = $e.TimeCreated; fact = (Get-EventFact $e $c) } }
  }
  return , @($all | Sort-Object { $_.at } -Descending | Select-Object -First 50 | ForEach-Object { $_.fact })
}

