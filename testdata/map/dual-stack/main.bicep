// Two IP families, and a cluster whose pods share the subnet of the nodes.

param location string = resourceGroup().location

@description('The address of the DNS service')
param dnsServiceIP string = '10.96.0.10'

resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-dual'
  location: location
  properties: {
    addressSpace: {
      addressPrefixes: ['10.8.0.0/16', 'fd00:8::/48']
    }
    subnets: [
      {
        name: 'snet-dual'
        properties: {
          addressPrefixes: ['10.8.0.0/24', 'fd00:8::/64']
        }
      }
      {
        name: 'snet-flat'
        properties: {
          addressPrefix: '10.8.4.0/22'
        }
      }
    ]
  }
}

resource dual 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: 'aks-dual'
  location: location
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    dnsPrefix: 'dual'
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        count: 3
        vmSize: 'Standard_D4s_v5'
        vnetSubnetID: vnet.properties.subnets[0].id
      }
    ]
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      ipFamilies: ['IPv4', 'IPv6']
      podCidrs: ['10.244.0.0/16', 'fd00:244::/64']
      serviceCidrs: ['10.96.0.0/16', 'fd00:96::/108']
      dnsServiceIP: dnsServiceIP
    }
  }
}

resource flat 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: 'aks-flat'
  location: location
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    dnsPrefix: 'flat'
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        count: 2
        maxPods: 50
        vmSize: 'Standard_D4s_v5'
        vnetSubnetID: vnet.properties.subnets[1].id
        enableAutoScaling: true
        minCount: 2
        maxCount: 40
      }
    ]
    networkProfile: {
      networkPlugin: 'azure'
    }
  }
}
